import { Eye, EyeOff } from 'lucide-react';
import { useId, useRef, useState, useSyncExternalStore } from 'react';
import { announce } from '../../app/changes';
import { openCell } from '../../app/navigation';
import { engineOf, useEngines, useMatrix } from '../../app/queries';
import type { EngineInfo } from '../../bindings/EngineInfo';
import type { EnvironmentView } from '../../bindings/EnvironmentView';
import type { MatrixView } from '../../bindings/MatrixView';
import { Button } from '../../design/Button';
import { ErrorText } from '../../design/Field';
import { FormDialog } from '../../design/FormDialog';
import { useSubmit } from '../../design/forms';
import { Icon } from '../../design/Icon';
import { ClassBadge, Notice } from '../../design/Layout';
import primitives from '../../design/primitives.module.css';
import { Segments } from '../../design/Segments';
import { platform } from '../../platform';
import { connection as connectionText } from '../../text/connection';
import { databases as text } from '../../text/databases';
import { ChooseFile } from '../connection/ChooseFile';
import { UrlDrafts } from '../connection/drafts';
import { Problems } from '../connection/Problems';
import { type EditorSession, starterOf } from '../connection/session';
import { UrlString } from '../connection/UrlString';
import { useRevealed } from '../connection/useRevealed';
import { NameFields, useNames } from '../records/NameFields';
import { RecordEdit } from '../records/RecordEdit';
import styles from './DatabaseForm.module.css';

/** A database with a connection URL for each environment that has one. */
export function DatabaseCreate({ onClose }: { onClose: () => void }) {
  const matrix = useMatrix().data;
  const engines = useEngines();
  return matrix && engines.length > 0 ? (
    <CreateForm matrix={matrix} engines={engines} onClose={onClose} />
  ) : null;
}

function CreateForm({
  matrix,
  engines,
  onClose,
}: {
  matrix: MatrixView;
  engines: EngineInfo[];
  onClose: () => void;
}) {
  const fallback = engines[0]?.type ?? '';
  const names = useNames();
  const { name, tag } = names;
  const [drafts] = useState(
    () =>
      new UrlDrafts(
        matrix.environments.map(({ slug }) => slug),
        fallback,
        (of) => {
          const engine = engineOf(engines, of);
          return engine ? starterOf(engine) : '';
        },
      ),
  );
  const { type: told, texts, inspections } = useSyncExternalStore(drafts.subscribe, drafts.get);
  const [revealed, setRevealed] = useRevealed();
  const sending = useSubmit();
  const { submit, faults, form, setFaults } = sending;

  const type = told ?? fallback;
  const engine = engineOf(engines, type);
  const example = engine?.example_url ?? '';
  const given = matrix.environments.filter(({ slug }) => (texts[slug] ?? '').trim() !== '');
  const hasSecret = Object.values(inspections).some((inspection) =>
    inspection?.secret_spans.some((span) => span.state === 'typed'),
  );
  const pathOf = (environment: EnvironmentView): string => {
    const index = given.indexOf(environment);
    return index < 0 ? `unset-${environment.slug}` : `envs[${index}].connection_url`;
  };

  const send = async () => {
    if (name.trim() === '') return setFaults({ name: text.nameRequired });
    if (given.length === 0) return setFaults({ envs: text.envRequired });
    const broken = await drafts.firstBroken(given.map(({ slug }) => slug));
    const faulty = given.find(({ slug }) => slug === broken);
    // Its problems stand below it: it gets the focus, and F8 goes to the first of them.
    if (faulty) return setFaults({ [pathOf(faulty)]: text.doesNotParse });
    await submit(async () => {
      const { record, activity_id, hints } = await platform.databaseCreate(matrix.product.id, {
        name: name.trim(),
        tag,
        type: drafts.get().type ?? fallback,
        envs: given.map(({ slug }) => ({ slug, connection_url: (texts[slug] ?? '').trim() })),
      });
      onClose();
      await announce(text.created(record.name), activity_id, hints);
      const first = record.envs[0];
      if (first) openCell({ databaseId: record.id, slug: first.slug }, 'test');
    });
  };

  return (
    <FormDialog
      title={text.create}
      onClose={onClose}
      wide
      steady
      keepOnOutsideClick
      testId="database-form"
      sending={sending}
      onSubmit={() => void send()}
      action={text.submit}
    >
      <Segments
        label={text.type}
        value={type}
        choices={engines.map((item) => ({
          id: item.type,
          label: item.display_name,
          testId: `database-type-${item.type}`,
        }))}
        onChange={(chosen) => drafts.choose(chosen)}
      />
      <div className={primitives.pair}>
        <NameFields
          of="database"
          names={names}
          tagHelp={text.tagHelp}
          faults={faults}
          example={{ name: text.example, tag: 'orders' }}
        />
      </div>
      <fieldset className={styles.urls}>
        <legend className={primitives.label}>{text.connections}</legend>
        <div className={styles.urlsHead}>
          <p className={primitives.help}>{text.connectionsHelp}</p>
          <Button
            look="quiet"
            small
            isDisabled={!hasSecret}
            aria-pressed={revealed !== null}
            onPress={() => setRevealed(revealed === null ? {} : null)}
            data-testid="reveal"
          >
            <Icon of={revealed === null ? Eye : EyeOff} small />
            {revealed === null ? connectionText.reveal : connectionText.hide}
          </Button>
        </div>
        {matrix.environments.map((environment, position) => {
          const { slug } = environment;
          const session = drafts.of(slug);
          const path = pathOf(environment);
          return session ? (
            <UrlRow
              key={environment.id}
              environment={environment}
              session={session}
              example={example}
              file={engine?.file ?? false}
              revealed={revealed}
              error={faults[path] ?? faults[path.replace('.connection_url', '.slug')]}
              path={faults.envs && position === 0 ? 'envs' : path}
              onPaste={() => drafts.wasPasted(slug)}
              onEnter={() => form.current?.closest('form')?.requestSubmit()}
            />
          ) : null;
        })}
        {faults.envs ? (
          <Notice tone="error" role="alert">
            {faults.envs}
          </Notice>
        ) : null}
      </fieldset>
    </FormDialog>
  );
}

/** One environment's string, with the same colours, dots, completion and repairs as in its cell. */
function UrlRow(props: {
  environment: EnvironmentView;
  session: EditorSession;
  example: string;
  /** A database of this type is a file, which can be chosen. */
  file: boolean;
  revealed: Readonly<Record<string, string>> | null;
  error: string | undefined;
  path: string;
  onPaste: () => void;
  onEnter: () => void;
}) {
  const { environment, session, error } = props;
  const notes = useId();
  const row = useRef<HTMLDivElement>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const { text: typed, inspection } = useSyncExternalStore(session.subscribe, session.get);
  const empty = typed.trim() === '';
  return (
    <div className={styles.url} ref={row}>
      <span className={styles.environment}>
        <span className={primitives.truncate}>{environment.env_name}</span>
        <ClassBadge of={environment.class} />
      </span>
      <div className={styles.string}>
        <div className={styles.withChoose}>
          <UrlString
            session={session}
            example={props.example}
            invalid={(!empty && inspection?.valid === false) || error !== undefined}
            revealed={props.revealed}
            label={environment.env_name}
            testId={`env-url-${environment.slug}`}
            path={props.path}
            describedBy={notes}
            onPaste={props.onPaste}
            onEnter={props.onEnter}
          />
          {props.file ? (
            <ChooseFile
              testId={`env-file-${environment.slug}`}
              write={(chosen) => session.edit({ kind: 'database', value: chosen })}
              onFailure={setFailure}
            />
          ) : null}
        </div>
        <div id={notes}>
          {error === undefined && failure === null ? null : <ErrorText>{failure ?? error}</ErrorText>}
          {empty || !inspection ? null : (
            <Problems
              inspection={inspection}
              onRepair={(changes) => {
                session.repair(changes);
                row.current?.querySelector<HTMLElement>('[contenteditable]')?.focus();
              }}
            />
          )}
        </div>
      </div>
    </div>
  );
}

/** Name, tag and description of one that exists. Its connections are edited in their cells. */
export function DatabaseEdit({ databaseId, onClose }: { databaseId: string; onClose: () => void }) {
  const database = useMatrix().data?.databases.find((candidate) => candidate.id === databaseId);
  return database ? (
    <RecordEdit
      key={database.id}
      of="database"
      record={database}
      text={text}
      update={platform.databaseUpdate}
      onClose={onClose}
    />
  ) : null;
}
