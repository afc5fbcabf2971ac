import { useState } from 'react';
import { announce } from '../../app/changes';
import { useMatrix } from '../../app/queries';
import type { EnvironmentClassView } from '../../bindings/EnvironmentClassView';
import type { EnvironmentView } from '../../bindings/EnvironmentView';
import { Checkbox, Field } from '../../design/Field';
import { FormDialog } from '../../design/FormDialog';
import primitives from '../../design/primitives.module.css';
import { Segments } from '../../design/Segments';
import { type EnvironmentPatch, platform } from '../../platform';
import { classNames, common } from '../../text/common';
import { environments as text } from '../../text/products';
import { CLASSES, guessClass, suggestSlug } from '../products/naming';
import { ConflictDialog } from '../records/ConflictDialog';
import { isEmptyPatch, patchOf, usePatch } from '../records/patch';

export function EnvironmentDialog({
  environmentId,
  onClose,
}: {
  environmentId: string | null;
  onClose: () => void;
}) {
  const matrix = useMatrix().data;
  const environment = matrix?.environments.find((candidate) => candidate.id === environmentId) ?? null;
  if (!matrix || (environmentId !== null && environment === null)) return null;
  return (
    <EnvironmentForm
      key={environmentId}
      productId={matrix.product.id}
      environment={environment}
      onClose={onClose}
    />
  );
}

function EnvironmentForm(props: {
  productId: string;
  environment: EnvironmentView | null;
  onClose: () => void;
}) {
  const { productId, onClose } = props;
  const [base] = useState(props.environment);
  const [name, setName] = useState(base?.env_name ?? '');
  const [typedSlug, setSlug] = useState<string | null>(base?.slug ?? null);
  const [typedClass, setClass] = useState<EnvironmentClassView | null>(base?.class ?? null);
  const [active, setActive] = useState(base?.active ?? true);
  const [description, setDescription] = useState(base?.description ?? '');
  const sending = usePatch(async (patch: EnvironmentPatch) => {
    if (base === null) return;
    const { record, activity_id, hints } = await platform.environmentUpdate(base.id, patch);
    onClose();
    await announce(text.saved(record.env_name), activity_id, hints);
  });
  const { submit, write, faults, setFaults, conflict } = sending;
  const slug = typedSlug ?? suggestSlug(name);
  const environmentClass = typedClass ?? guessClass(slug);

  const send = () => {
    if (name.trim() === '') return setFaults({ env_name: text.nameRequired });
    if (base === null) {
      return void submit(async () => {
        const { record, activity_id, hints } = await platform.environmentCreate(productId, {
          env_name: name.trim(),
          slug,
          class: environmentClass,
          active,
          ...(description ? { description } : {}),
        });
        onClose();
        await announce(text.created(record.env_name), activity_id, hints);
      });
    }
    const patch = patchOf(base, {
      env_name: name,
      slug,
      class: environmentClass,
      active,
      description: description || null,
    });
    return isEmptyPatch(patch) ? onClose() : void write(patch);
  };
  if (conflict && base)
    return <ConflictDialog subject={base.env_name} base={base} conflict={conflict} sending={sending} />;
  return (
    <FormDialog
      title={base ? text.edit : text.create}
      onClose={onClose}
      sending={sending}
      onSubmit={send}
      action={base ? common.save : common.add}
      gap={2}
    >
      <div className={primitives.pair}>
        <Field
          label={text.name}
          value={name}
          onChange={setName}
          error={faults.env_name}
          path="env_name"
          testId="environment-name"
          autoFocus
          placeholder={text.example}
        />
        <Field
          label={text.slug}
          value={slug}
          onChange={setSlug}
          error={faults.slug}
          path="slug"
          testId="environment-slug"
          mono
          help={text.slugHelp}
          placeholder="stg"
        />
      </div>
      <Segments
        label={text.className}
        value={environmentClass}
        choices={CLASSES.map((id) => ({ id, label: classNames[id], testId: `environment-class-${id}` }))}
        onChange={(value) => setClass(value as EnvironmentClassView)}
      />
      <p className={primitives.help}>{text.classHelp[environmentClass]}</p>
      <Checkbox isSelected={active} onChange={setActive} testId="environment-active">
        {text.active}
      </Checkbox>
      <p className={primitives.help}>{text.activeHelp}</p>
      <Field
        label={common.description}
        optional
        lines={2}
        value={description}
        onChange={setDescription}
        error={faults.description}
        path="description"
      />
    </FormDialog>
  );
}
