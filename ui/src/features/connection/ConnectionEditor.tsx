import { Eye, EyeOff, FlaskConical } from 'lucide-react';
import { useEffect, useId, useRef, useState, useSyncExternalStore } from 'react';
import { announce } from '../../app/changes';
import type { ConfigView } from '../../bindings/ConfigView';
import type { DatabaseView } from '../../bindings/DatabaseView';
import type { EngineInfo } from '../../bindings/EngineInfo';
import type { UrlTextChange } from '../../bindings/UrlTextChange';
import { Button } from '../../design/Button';
import { ErrorText, Field } from '../../design/Field';
import { Icon } from '../../design/Icon';
import { Notice } from '../../design/Layout';
import primitives from '../../design/primitives.module.css';
import { asAppError, type DatabasePatch, platform } from '../../platform';
import { connection as text } from '../../text/connection';
import { errorText } from '../../text/errors';
import { ConflictDialog } from '../records/ConflictDialog';
import { usePatch } from '../records/patch';
import { ConnectionForm } from './ConnectionForm';
import styles from './connection.module.css';
import { Problems } from './Problems';
import type { EditorSession } from './session';
import { TestOutcome, TestTimeline } from './TestTimeline';
import { UrlString } from './UrlString';
import { listenForUndo } from './undoKeys';
import { useDraftTest } from './useDraftTest';
import { useRevealed } from './useRevealed';

interface Props {
  session: EditorSession;
  productId: string;
  database: DatabaseView;
  slug: string;
  config: ConfigView | undefined;
  engine: EngineInfo;
}

/** Values of the secrets that the text has as `***`, by slot: of the stored URL, and of what was typed apart. */
async function secretValues(
  config: ConfigView | undefined,
  session: EditorSession,
  type: string,
): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  const kept = session
    .get()
    .inspection?.secret_spans.some((span) => span.state === 'kept' && session.secret(span.slot) === '');
  if (config && kept) {
    const { connection_url } = await platform.urlReveal(config.id);
    const inspection = await platform.urlInspect(connection_url, type);
    for (const span of inspection.secret_spans)
      values[span.slot] = connection_url.slice(span.start, span.end);
  }
  return { ...values, ...session.liveSecrets() };
}

/** Hidden again when the focus is left too. */
function useReveal(session: EditorSession, config: ConfigView | undefined, type: string) {
  const [revealed, setRevealed] = useRevealed();
  const [failure, setFailure] = useState<string | null>(null);
  const hide = () => setRevealed(null);
  const reveal = async () => {
    setFailure(null);
    try {
      setRevealed(await secretValues(config, session, type));
    } catch (thrown) {
      const error = asAppError(thrown);
      // The person said no to the system's question: nothing failed.
      if (error.code !== 'cancelled') setFailure(errorText(error));
    }
  };
  return { revealed, reveal, hide, failure };
}

export function ConnectionEditor({ session, productId, database, slug, config, engine }: Props) {
  const panel = useRef<HTMLDivElement>(null);
  const notes = useId();
  const { text: typed, inspection, saved } = useSyncExternalStore(session.subscribe, session.get);
  const [base, setBase] = useState(database);
  const [description, setDescription] = useState<string | null>(null);
  const { revealed, reveal, hide, failure } = useReveal(session, config, engine.type);
  const sending = usePatch(async (patch: DatabasePatch) => {
    const { record, activity_id, hints } = await platform.databaseUpdate(base.id, patch);
    setBase(record);
    setDescription(null);
    hide();
    session.reset(record.envs.find((candidate) => candidate.slug === slug)?.connection_url ?? '');
    await announce(text.saved(record.name, slug), activity_id, hints);
  });
  const { write, faults, general, busy, form, conflict } = sending;
  const draft = useDraftTest();
  const dirty = session.dirty || (description !== null && description !== (config?.description ?? ''));

  // Another window changed it and nothing is typed here: follow. With something typed, the revision tells on save.
  if (!dirty && base.revision !== database.revision) setBase(database);
  const stored = config?.connection_url ?? '';
  useEffect(() => {
    if (!session.dirty && session.get().saved !== stored) session.reset(stored);
  }, [session, stored]);

  const configInput = () => {
    const note = description ?? config?.description ?? '';
    return {
      slug,
      connection_url: typed.trim(),
      secrets: session.liveSecrets(),
      ...(note ? { description: note } : {}),
    };
  };
  const save = async () => {
    const current = await session.inspectNow();
    if (current?.valid) await write({ envs: [configInput()], revision: base.revision });
  };
  const runTest = () =>
    draft.start({
      product_id: productId,
      database_id: database.id,
      type: database.type,
      config: configInput(),
    });
  const repair = (changes: UrlTextChange[]) => {
    session.repair(changes);
    panel.current?.querySelector<HTMLElement>('[data-testid="url-string"]')?.focus();
  };

  if (conflict) {
    return (
      <ConflictDialog
        subject={base.name}
        conflict={conflict}
        base={base}
        sending={sending}
        onNothingLeft={() => {
          setBase(database);
          session.reset(stored);
        }}
      />
    );
  }
  const urlFault = Object.entries(faults).find(([field]) => field.startsWith('envs'))?.[1];
  const hasSecret =
    inspection?.secret_spans.some((span) => span.state === 'kept' || span.state === 'typed') ?? false;
  const testing = draft.stage !== null;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: leaving it hides what was revealed; Ctrl S saves
    <div
      ref={(element) => {
        panel.current = element;
        return element ? listenForUndo(element, session) : undefined;
      }}
      className={styles.editor}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) hide();
      }}
      onKeyDown={(event) => {
        if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 's') {
          event.preventDefault();
          void save();
        }
      }}
    >
      <section className={styles.stringSide} aria-label={text.string} ref={form}>
        <div className={styles.stringHead}>
          <h3 className={primitives.label}>{text.string}</h3>
          {hasSecret ? (
            <Button
              look="quiet"
              small
              onPress={() => (revealed === null ? void reveal() : hide())}
              data-testid="reveal"
              aria-pressed={revealed !== null}
            >
              <Icon of={revealed === null ? Eye : EyeOff} small />
              {revealed === null ? text.reveal : text.hide}
            </Button>
          ) : null}
        </div>
        <UrlString
          session={session}
          example={engine.example_url}
          invalid={inspection?.valid === false && typed !== ''}
          revealed={revealed}
          autoFocus={saved === ''}
          describedBy={notes}
        />
        {revealed ? <p className={primitives.help}>{text.revealed}</p> : null}
        {failure ? <ErrorText>{failure}</ErrorText> : null}
        {urlFault ? <ErrorText>{urlFault}</ErrorText> : null}
        {general ? (
          <Notice tone="error" role="alert">
            {general}
          </Notice>
        ) : null}
        {typed.trim() === '' ? (
          <p className={primitives.help}>{text.empty}</p>
        ) : (
          inspection && <Problems id={notes} inspection={inspection} onRepair={repair} />
        )}
        <Field
          label={text.description}
          optional
          value={description ?? config?.description ?? ''}
          onChange={setDescription}
          testId="config-description"
        />
        <div aria-live="polite" className={styles.draftTest}>
          {testing || draft.result ? (
            <TestTimeline result={draft.result} stage={draft.stage} file={engine.file} />
          ) : null}
          {draft.result ? <TestOutcome result={draft.result} file={engine.file} /> : null}
          {draft.error ? (
            <Notice tone={draft.error.code === 'cancelled' ? 'plain' : 'error'}>
              {errorText(draft.error)}
            </Notice>
          ) : null}
        </div>
      </section>
      {/* Apart from what is said of the string: a message that comes while a button is pressed moves none. */}
      <div className={styles.foot}>
        <Button
          look="primary"
          onPress={() => void save()}
          isDisabled={busy || !dirty || inspection?.valid !== true}
          data-testid="save"
        >
          {text.save}
        </Button>
        {testing ? (
          <Button onPress={draft.cancel} data-testid="cancel-test">
            {text.cancelTest}
          </Button>
        ) : (
          <Button
            onPress={() => void runTest()}
            isDisabled={inspection?.valid !== true}
            data-testid="test-draft"
          >
            <Icon of={FlaskConical} small />
            {dirty ? text.testTyped : text.test}
          </Button>
        )}
        {dirty ? (
          <Button
            look="quiet"
            onPress={() => {
              setDescription(null);
              session.discard(stored);
              setBase(database);
            }}
            data-testid="discard"
          >
            {text.discard}
          </Button>
        ) : null}
        {dirty && inspection?.valid === false ? (
          <span className={primitives.help}>{text.doesNotParse}</span>
        ) : null}
      </div>
      <section className={styles.formSide} aria-label={text.form}>
        <ConnectionForm session={session} engine={engine} />
      </section>
    </div>
  );
}
