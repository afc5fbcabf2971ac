import { useState } from 'react';
import { announce } from '../../app/changes';
import { openCell } from '../../app/navigation';
import { engineOf, useEngines, useMatrix } from '../../app/queries';
import type { DatabaseView } from '../../bindings/DatabaseView';
import { Button } from '../../design/Button';
import { Dialog, DialogForm } from '../../design/Dialog';
import { Field, Segments } from '../../design/Field';
import { useSubmit } from '../../design/forms';
import { ClassBadge, Notice } from '../../design/Layout';
import primitives from '../../design/primitives.module.css';
import { type DatabasePatch, platform } from '../../platform';
import { common } from '../../text/common';
import { databases as text } from '../../text/databases';
import { maskPasswords } from '../connection/masking';
import { suggestTag } from '../products/naming';
import { ConflictDialog } from './ConflictDialog';
import styles from './DatabaseForm.module.css';

/** A database with a connection URL for each environment that has one. */
export function DatabaseCreate({ onClose }: { onClose: () => void }) {
  const matrix = useMatrix().data;
  const engines = useEngines();
  const [name, setName] = useState('');
  const [tag, setTag] = useState<string | null>(null);
  const [chosenType, setType] = useState<string | null>(null);
  const [urls, setUrls] = useState<Record<string, string>>({});
  const { submit, faults, general, busy, form, setFaults } = useSubmit();
  if (!matrix) return null;

  const guessed = engines.find((engine) =>
    Object.values(urls).some((url) =>
      engine.schemes.some((scheme) => url.trim().toLowerCase().startsWith(`${scheme}://`)),
    ),
  );
  const type = chosenType ?? guessed?.type ?? engines[0]?.type ?? '';
  const engine = engineOf(engines, type);
  const shownTag = tag ?? suggestTag(name);
  const given = matrix.environments.filter((environment) => (urls[environment.slug] ?? '').trim() !== '');

  const send = () => {
    if (name.trim() === '') return setFaults({ name: text.nameRequired });
    if (given.length === 0) return setFaults({ envs: text.envRequired });
    return void submit(async () => {
      const { record, activity_id, hints } = await platform.databaseCreate(matrix.product.id, {
        name: name.trim(),
        tag: shownTag,
        type,
        envs: given.map((environment) => ({
          slug: environment.slug,
          connection_url: (urls[environment.slug] ?? '').trim(),
        })),
      });
      onClose();
      await announce(text.created(record.name), activity_id, hints);
      const first = record.envs[0];
      if (first) openCell({ databaseId: record.id, slug: first.slug }, 'test');
    });
  };

  return (
    <Dialog title={text.create} onClose={onClose} wide keepOnOutsideClick testId="database-form">
      <DialogForm
        onSubmit={send}
        actions={
          <>
            <Button onPress={onClose}>{common.cancel}</Button>
            <Button look="primary" type="submit" isDisabled={busy} data-testid="save">
              {text.submit}
            </Button>
          </>
        }
      >
        <div ref={form} className={styles.form}>
          {general ? (
            <Notice tone="error" role="alert">
              {general}
            </Notice>
          ) : null}
          <Segments
            label={text.type}
            value={type}
            choices={engines.map((item) => ({
              id: item.type,
              label: item.display_name,
              testId: `database-type-${item.type}`,
            }))}
            onChange={setType}
          />
          <div className={primitives.pair}>
            <Field
              label={common.name}
              value={name}
              onChange={setName}
              error={faults.name}
              path="name"
              testId="database-name"
              autoFocus
              placeholder="Orders"
            />
            <Field
              label={common.tag}
              value={shownTag}
              onChange={setTag}
              error={faults.tag}
              path="tag"
              testId="database-tag"
              mono
              help={text.tagHelp}
              placeholder="orders"
            />
          </div>
          <fieldset className={styles.urls}>
            <legend className={primitives.label}>{text.connections}</legend>
            <p className={primitives.help}>{text.connectionsHelp}</p>
            {matrix.environments.map((environment, position) => {
              const index = given.indexOf(environment);
              const path = index < 0 ? `unset-${environment.slug}` : `envs[${index}].connection_url`;
              return (
                <div key={environment.id} className={styles.url}>
                  <span className={styles.environment}>
                    <span className={primitives.truncate}>{environment.env_name}</span>
                    <ClassBadge of={environment.class} />
                  </span>
                  <UrlInput
                    label={environment.env_name}
                    value={urls[environment.slug] ?? ''}
                    onChange={(value) => setUrls({ ...urls, [environment.slug]: value })}
                    error={faults[path] ?? (index < 0 ? undefined : faults[`envs[${index}].slug`])}
                    path={faults.envs && position === 0 ? 'envs' : path}
                    testId={`env-url-${environment.slug}`}
                    placeholder={engine?.example_url ?? ''}
                  />
                </div>
              );
            })}
            {faults.envs ? (
              <Notice tone="error" role="alert">
                {faults.envs}
              </Notice>
            ) : null}
          </fieldset>
        </div>
      </DialogForm>
    </Dialog>
  );
}

/** While it is not being typed in, the password in it is dots. */
function UrlInput(props: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  error: string | undefined;
  path: string;
  testId: string;
  placeholder: string;
}) {
  const [focused, setFocused] = useState(false);
  return (
    <Field
      {...props}
      hideLabel
      mono
      value={focused ? props.value : maskPasswords(props.value)}
      onFocus={() => setFocused(true)}
      onBlur={() => setFocused(false)}
    />
  );
}

/** Name, tag and description of one that exists. Its connections are edited in their cells. */
export function DatabaseEdit({ databaseId, onClose }: { databaseId: string; onClose: () => void }) {
  const database = useMatrix().data?.databases.find((candidate) => candidate.id === databaseId);
  return database ? <EditForm key={database.id} database={database} onClose={onClose} /> : null;
}

function EditForm({ database, onClose }: { database: DatabaseView; onClose: () => void }) {
  const [base] = useState(database);
  const [name, setName] = useState(base.name);
  const [tag, setTag] = useState(base.tag);
  const [description, setDescription] = useState(base.description ?? '');
  const [sent, setSent] = useState<DatabasePatch>({});
  const { submit, faults, general, busy, form, conflict, dropConflict } = useSubmit();

  const write = (patch: DatabasePatch) => {
    setSent(patch);
    return submit(async () => {
      const { record, activity_id, hints } = await platform.databaseUpdate(base.id, patch);
      onClose();
      await announce(text.saved(record.name), activity_id, hints);
    });
  };
  const send = () => {
    const patch: DatabasePatch = { revision: base.revision };
    if (name !== base.name) patch.name = name;
    if (tag !== base.tag) patch.tag = tag;
    if (description !== (base.description ?? '')) patch.description = description || null;
    if (Object.keys(patch).length === 1) onClose();
    else void write(patch);
  };
  if (conflict) {
    return (
      <ConflictDialog
        subject={base.name}
        conflict={conflict}
        patch={sent}
        base={base}
        onClose={dropConflict}
        onMerged={(merged) => void write(merged)}
      />
    );
  }
  return (
    <Dialog title={text.edit} onClose={onClose}>
      <DialogForm
        onSubmit={send}
        actions={
          <>
            <Button onPress={onClose}>{common.cancel}</Button>
            <Button look="primary" type="submit" isDisabled={busy} data-testid="save">
              {common.save}
            </Button>
          </>
        }
      >
        <div ref={form} className={styles.form}>
          {general ? (
            <Notice tone="error" role="alert">
              {general}
            </Notice>
          ) : null}
          <Field
            label={common.name}
            value={name}
            onChange={setName}
            error={faults.name}
            path="name"
            testId="database-name"
            autoFocus
          />
          <Field
            label={common.tag}
            value={tag}
            onChange={setTag}
            error={faults.tag}
            path="tag"
            testId="database-tag"
            mono
            help={text.tagHelp}
          />
          <Field
            label={common.description}
            optional
            lines={3}
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
