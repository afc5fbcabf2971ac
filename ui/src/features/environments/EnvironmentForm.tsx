import { useState } from 'react';
import { announce } from '../../app/changes';
import { useMatrix } from '../../app/queries';
import type { EnvironmentClassView } from '../../bindings/EnvironmentClassView';
import type { EnvironmentView } from '../../bindings/EnvironmentView';
import { Button } from '../../design/Button';
import { Dialog, DialogForm } from '../../design/Dialog';
import { Checkbox, Field, Segments } from '../../design/Field';
import { useSubmit } from '../../design/forms';
import { Notice } from '../../design/Layout';
import primitives from '../../design/primitives.module.css';
import { type EnvironmentPatch, platform } from '../../platform';
import { common } from '../../text/common';
import { environments as text } from '../../text/products';
import { ConflictDialog } from '../databases/ConflictDialog';
import styles from '../products/Environments.module.css';
import { guessClass, suggestSlug } from '../products/naming';

const CLASSES: EnvironmentClassView[] = ['development', 'staging', 'production'];

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
  const [sent, setSent] = useState<EnvironmentPatch>({});
  const { submit, faults, general, busy, form, setFaults, conflict, dropConflict } = useSubmit();
  const slug = typedSlug ?? suggestSlug(name);
  const environmentClass = typedClass ?? guessClass(slug);

  const write = (id: string, patch: EnvironmentPatch) => {
    setSent(patch);
    return submit(async () => {
      const { record, activity_id, hints } = await platform.environmentUpdate(id, patch);
      onClose();
      await announce(text.saved(record.env_name), activity_id, hints);
    });
  };
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
    const patch: EnvironmentPatch = { revision: base.revision };
    if (name !== base.env_name) patch.env_name = name;
    if (slug !== base.slug) patch.slug = slug;
    if (environmentClass !== base.class) patch.class = environmentClass;
    if (active !== base.active) patch.active = active;
    if (description !== (base.description ?? '')) patch.description = description || null;
    if (Object.keys(patch).length === 1) return onClose();
    return void write(base.id, patch);
  };
  if (conflict && base) {
    return (
      <ConflictDialog
        subject={base.env_name}
        conflict={conflict}
        patch={sent}
        base={base}
        onClose={dropConflict}
        onMerged={(merged) => void write(base.id, merged)}
      />
    );
  }
  return (
    <Dialog title={base ? text.edit : text.create} onClose={onClose}>
      <DialogForm
        onSubmit={send}
        actions={
          <>
            <Button onPress={onClose}>{common.cancel}</Button>
            <Button look="primary" type="submit" isDisabled={busy} data-testid="save">
              {base ? common.save : common.add}
            </Button>
          </>
        }
      >
        <div ref={form} className={styles.rows}>
          {general ? (
            <Notice tone="error" role="alert">
              {general}
            </Notice>
          ) : null}
          <div className={primitives.pair}>
            <Field
              label={text.name}
              value={name}
              onChange={setName}
              error={faults.env_name}
              path="env_name"
              testId="environment-name"
              autoFocus
              placeholder="Staging"
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
            choices={CLASSES.map((id) => ({ id, label: id, testId: `environment-class-${id}` }))}
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
        </div>
      </DialogForm>
    </Dialog>
  );
}
