import { useState } from 'react';
import { announce } from '../../app/changes';
import { Field } from '../../design/Field';
import { FormDialog } from '../../design/FormDialog';
import { useSubmit } from '../../design/forms';
import { platform } from '../../platform';
import { common } from '../../text/common';
import { secrets as text } from '../../text/secrets';

export function SecretDialog({ name: given, onClose }: { name: string | null; onClose: () => void }) {
  const [name, setName] = useState(given ?? '');
  const [value, setValue] = useState('');
  const sending = useSubmit();
  const { submit, faults, setFaults } = sending;
  const send = () => {
    if (value === '') return setFaults({ value: text.valueRequired });
    return void submit(async () => {
      await platform.secretSet(name, value);
      onClose();
      await announce(text.saved(name), null);
    });
  };
  return (
    <FormDialog
      title={given === null ? text.create : text.set}
      onClose={onClose}
      keepOnOutsideClick
      sending={sending}
      onSubmit={send}
      action={common.save}
      gap={2}
    >
      <Field
        label={text.name}
        value={name}
        onChange={setName}
        error={faults.name}
        path="name"
        testId="secret-name"
        mono
        help={text.nameHelp}
        isDisabled={given !== null}
        autoFocus={given === null}
      />
      <Field
        label={text.value}
        value={value}
        onChange={setValue}
        error={faults.value}
        path="value"
        testId="secret-value"
        type="password"
        mono
        help={text.valueHelp}
        autoFocus={given !== null}
      />
    </FormDialog>
  );
}
