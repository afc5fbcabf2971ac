import { useState } from 'react';
import { announce } from '../../app/changes';
import { useMatrix } from '../../app/queries';
import type { DatabaseView } from '../../bindings/DatabaseView';
import type { MatrixView } from '../../bindings/MatrixView';
import { Button } from '../../design/Button';
import { Dialog, DialogForm } from '../../design/Dialog';
import { Checkbox, Field } from '../../design/Field';
import { useSubmit } from '../../design/forms';
import { ClassBadge, Notice } from '../../design/Layout';
import primitives from '../../design/primitives.module.css';
import { plain } from '../../design/text';
import { platform } from '../../platform';
import { common } from '../../text/common';
import { copyTo as text } from '../../text/connection';
import styles from './connection.module.css';

/** One environment's URL for others, with a replacement such as `dev` by `stg`, shown before it is written. */
export function CellCopy(props: { databaseId: string; slug: string; onClose: () => void }) {
  const matrix = useMatrix().data;
  const database = matrix?.databases.find((candidate) => candidate.id === props.databaseId);
  return matrix && database ? (
    <CopyForm matrix={matrix} database={database} slug={props.slug} onClose={props.onClose} />
  ) : null;
}

function CopyForm({
  matrix,
  database,
  slug,
  onClose,
}: {
  matrix: MatrixView;
  database: DatabaseView;
  slug: string;
  onClose: () => void;
}) {
  const source = database.envs.find((config) => config.slug === slug);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [find, setFind] = useState('');
  const [replace, setReplace] = useState('');
  const { submit, faults, general, busy, form, setFaults } = useSubmit();
  if (!source) return null;
  const url = find === '' ? source.connection_url : source.connection_url.replaceAll(find, replace);
  const targets = matrix.environments.filter((environment) => environment.slug !== slug);
  const configured = new Set(database.envs.map((config) => config.slug));
  const send = () => {
    if (chosen.size === 0) return setFaults({ targets: text.chooseOne });
    return void submit(async () => {
      const { activity_id, hints } = await platform.databaseUpdate(database.id, {
        envs: [...chosen].map((target) => ({ slug: target, connection_url: url, copy_from: source.id })),
        revision: database.revision,
      });
      onClose();
      await announce(text.done([...chosen].join(', ')), activity_id, hints);
    });
  };
  const problem = general ?? faults.targets ?? Object.values(faults)[0];
  return (
    <Dialog title={text.title(plain(database.name), slug)} lead={text.lead} onClose={onClose}>
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
        <div ref={form} className={styles.copy}>
          {problem ? (
            <Notice tone="error" role="alert">
              {problem}
            </Notice>
          ) : null}
          <fieldset className={styles.targets}>
            <legend className={primitives.label}>{text.targets}</legend>
            {targets.map((environment) => (
              <Checkbox
                key={environment.id}
                isSelected={chosen.has(environment.slug)}
                testId={`copy-to-${environment.slug}`}
                onChange={(selected) => {
                  const next = new Set(chosen);
                  if (selected) next.add(environment.slug);
                  else next.delete(environment.slug);
                  setChosen(next);
                }}
              >
                {plain(environment.env_name)} <ClassBadge of={environment.class} />
                {configured.has(environment.slug) ? (
                  <span className={primitives.faint}>{text.replaces}</span>
                ) : null}
              </Checkbox>
            ))}
          </fieldset>
          <div className={primitives.pair}>
            <Field label={text.find} optional mono value={find} onChange={setFind} help={text.findHelp} />
            <Field label={text.replace} optional mono value={replace} onChange={setReplace} />
          </div>
          <div>
            <span className={primitives.label}>{text.preview}</span>
            <p className={styles.previewUrl} data-selectable>
              {plain(url)}
            </p>
          </div>
        </div>
      </DialogForm>
    </Dialog>
  );
}
