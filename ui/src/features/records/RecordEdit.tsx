import { useState } from 'react';
import { announce } from '../../app/changes';
import type { Changed } from '../../bindings/Changed';
import { Field } from '../../design/Field';
import { FormDialog } from '../../design/FormDialog';
import { common } from '../../text/common';
import { ConflictDialog } from './ConflictDialog';
import { NameFields, useNames } from './NameFields';
import { isEmptyPatch, patchOf, usePatch } from './patch';

interface Named {
  name: string;
  tag: string;
  description: string | null;
}

interface NamedRecord extends Named {
  id: string;
  revision: number;
}

/** Name, tag and description of a record that exists. */
export function RecordEdit(props: {
  /** What test ids begin with. */
  of: string;
  record: NamedRecord;
  text: { edit: string; tagHelp: string; saved: (name: string) => string };
  update: (id: string, patch: Partial<Named & { revision: number }>) => Promise<Changed<NamedRecord>>;
  onClose: () => void;
}) {
  const { of, text, update, onClose } = props;
  const [base] = useState(props.record);
  const names = useNames(base);
  const { name, tag } = names;
  const [description, setDescription] = useState(base.description ?? '');
  const sending = usePatch(async (patch: Partial<Named & { revision: number }>) => {
    const { record, activity_id, hints } = await update(base.id, patch);
    onClose();
    await announce(text.saved(record.name), activity_id, hints);
  });
  const { write, faults, conflict } = sending;

  const send = () => {
    const patch = patchOf(base, { name, tag, description: description || null });
    if (isEmptyPatch(patch)) onClose();
    else void write(patch);
  };
  if (conflict)
    return <ConflictDialog subject={base.name} base={base} conflict={conflict} sending={sending} />;
  return (
    <FormDialog title={text.edit} onClose={onClose} sending={sending} onSubmit={send} action={common.save}>
      <NameFields of={of} names={names} tagHelp={text.tagHelp} faults={faults} />
      <Field
        label={common.description}
        optional
        lines={3}
        value={description}
        onChange={setDescription}
        error={faults.description}
        path="description"
        testId={`${of}-description`}
      />
    </FormDialog>
  );
}
