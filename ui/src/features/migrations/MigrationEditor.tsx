import { Plus, X } from 'lucide-react';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { announce } from '../../app/changes';
import { shortcut, withCommand } from '../../app/platformKeys';
import { engineOf, keys, queries, useEngines } from '../../app/queries';
import { useStore } from '../../app/store';
import type { DatabaseView } from '../../bindings/DatabaseView';
import type { MigrationFault } from '../../bindings/MigrationFault';
import type { MigrationPatchInput } from '../../bindings/MigrationPatchInput';
import type { MigrationSide } from '../../bindings/MigrationSide';
import type { MigrationView } from '../../bindings/MigrationView';
import type { MigrationWarning } from '../../bindings/MigrationWarning';
import { Button } from '../../design/Button';
import { Checkbox, Field } from '../../design/Field';
import { Icon } from '../../design/Icon';
import { EmptyState, Notice, Waiting } from '../../design/Layout';
import primitives from '../../design/primitives.module.css';
import { classes, plain } from '../../design/text';
import { asAppError, platform } from '../../platform';
import { common } from '../../text/common';
import { errorText } from '../../text/errors';
import { migrations as migrationText, editorText as text } from '../../text/migrations';
import type { Place } from '../actions/completion';
import actionEditor from '../actions/editor.module.css';
import { useOutline } from '../actions/useOutline';
import { ConflictDialog } from '../records/ConflictDialog';
import { isEmptyPatch, usePatch } from '../records/patch';
import { ChecksumDialog } from './ChecksumDialog';
import { completeCommand, completeStatement } from './completion';
import {
  type Draft,
  draftOf,
  drafts,
  dropDraft,
  emptyDraft,
  followWaivers,
  inputOf,
  isChanged,
  newKey,
  patchOf,
  setDraft,
  statementsOf,
  tagOf,
} from './drafts';
import styles from './editor.module.css';
import { focusEditor } from './focus';
import { Problems, type Spot } from './Problems';
import { place } from './place';
import { useMigration } from './queries';
import { type SideReading, StatementEditor, type StatementHandle } from './StatementEditor';
import { type ChecksumQuestion, checksumQuestion, placed, updateMigration } from './save';
import { type Checked, useCheck } from './useCheck';

interface Props {
  database: DatabaseView;
  /** Null for a new one. */
  migrationId: string | null;
  /** Slugs of the environments that have it, as far as is known. */
  applied: string[];
  onClose: () => void;
}

export default function MigrationEditor({ database, migrationId, applied, onClose }: Props) {
  const { data: view, error } = useMigration(migrationId);
  const title = view
    ? plain(view.record.name)
    : migrationId === null
      ? migrationText.createIn(plain(database.name))
      : migrationText.migration;
  return (
    <section
      className={styles.editor}
      aria-label={title}
      data-testid="migration-editor"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return;
        if (event.currentTarget.contains(event.target as Node)) onClose();
      }}
    >
      <header className={styles.head}>
        <h2 className={classes(styles.title, primitives.truncate)}>{title}</h2>
        {view ? (
          <code
            className={classes(styles.tag, primitives.truncate)}
            data-selectable
            data-testid="migration-full-tag"
          >
            {plain(`${database.tag}:${view.record.tag}`)}
          </code>
        ) : null}
        <Button
          look="quiet"
          small
          iconOnly
          aria-label={migrationText.close}
          onPress={onClose}
          data-testid="editor-close"
        >
          <Icon of={X} small />
        </Button>
      </header>
      {error ? (
        <EmptyState title={errorText(asAppError(error))} text={migrationText.gone} />
      ) : migrationId !== null && !view ? (
        <Waiting label={common.loading} />
      ) : (
        <Definition
          key={migrationId ?? 'new'}
          database={database}
          view={view ?? null}
          applied={applied}
          onClose={onClose}
        />
      )}
    </section>
  );
}

const SIDES: MigrationSide[] = ['up', 'down', 'pre', 'post'];
type Readings = Record<MigrationSide, SideReading>;

function readingsOf({ check, texts }: Checked): Readings {
  const of = (side: MigrationSide): SideReading => {
    const spans = check.statements.filter((span) => span.side === side);
    return {
      of: texts[side],
      starts: spans.map(({ start }) => start),
      faults: check.faults.filter((fault) => fault.side === side),
      warnings: check.warnings.flatMap((warning) => {
        const span =
          warning.side === side && warning.statement !== null ? spans[warning.statement - 1] : null;
        return span
          ? [
              {
                start: span.start,
                end: span.end,
                message: warning.message,
                destructive: warning.destructive,
                waived: warning.waived !== null,
              },
            ]
          : [];
      }),
    };
  };
  return { up: of('up'), down: of('down'), pre: of('pre'), post: of('post') };
}

function Definition(props: Omit<Props, 'migrationId'> & { view: MigrationView | null }) {
  const { database, view, applied, onClose } = props;
  const key = view?.id ?? newKey(database.id);
  const language = engineOf(useEngines(), database.type)?.template_language ?? '';
  const sql = language !== 'json';
  const chosen = useStore(place, (state) => state.slug);
  const outline = useOutline(database, chosen);
  const kept = useStore(drafts, ({ byKey }) => byKey[key]);
  const base = kept ? kept.base : view;
  const draft = kept?.draft ?? (view ? draftOf(view) : emptyDraft());
  const checked = useCheck(database.id, draft);
  const [read, setRead] = useState<{ of: Checked | null; sides: Readings | null }>({ of: null, sides: null });
  if (read.of !== checked) setRead({ of: checked, sides: checked && readingsOf(checked) });
  const [wantsChecks, setWantsChecks] = useState(false);
  const [problem, setProblem] = useState<number | null>(null);
  const [question, setQuestion] = useState<(ChecksumQuestion & { patch: MigrationPatchInput }) | null>(null);
  const up = useRef<StatementHandle>(null);
  const down = useRef<StatementHandle>(null);
  const pre = useRef<StatementHandle>(null);
  const post = useRef<StatementHandle>(null);
  const editors = { up, down, pre, post };
  const sending = usePatch<MigrationPatchInput>(async (patch) => {
    if (!base) return;
    try {
      const { record, activity_id, hints } = await updateMigration(base.id, patch);
      queries.setQueryData([...keys.migration, record.id], record);
      dropDraft(key);
      await announce(migrationText.saved(record.record.name), activity_id, hints);
    } catch (thrown) {
      const asked = patch.accept_checksum === undefined ? checksumQuestion(thrown) : null;
      if (!asked) throw thrown;
      setQuestion({ ...asked, patch });
    }
  });
  const { faults, form } = sending;

  const change = (part: Partial<Draft>) => {
    const next = { ...draft, ...part };
    // A text that is shown anew tells itself too: it is no change, and no draft.
    if ((Object.keys(part) as (keyof Draft)[]).every((field) => next[field] === draft[field])) return;
    if (base && !isChanged(base, next)) dropDraft(key);
    else setDraft(key, next, base, kept?.proposed);
  };
  const write = (side: MigrationSide) => (text: string) => {
    if (draft.texts[side] !== text) change({ texts: { ...draft.texts, [side]: text } });
  };

  // A waiver goes with its statement when others come before it.
  const before = useRef<string[] | null>(null);
  useEffect(() => {
    if (!checked || checked.check.faults.some(({ side }) => side === 'up')) return;
    const after = statementsOf(checked.texts.up, checked.check);
    const moved =
      before.current === null ? draft.waivers : followWaivers(draft.waivers, before.current, after);
    before.current = after;
    if (JSON.stringify(moved) !== JSON.stringify(draft.waivers)) change({ waivers: moved });
  });

  const save = async () => {
    if (draft.name.trim() === '') return sending.setFaults({ name: text.nameRequired });
    if (base) {
      const patch = patchOf(base, draft);
      if (isEmptyPatch(patch)) dropDraft(key);
      else await sending.write(patch);
      return;
    }
    await sending.submit(async () => {
      const { record, activity_id, hints } = await placed(
        platform.migrationCreate(database.id, inputOf(draft)),
      );
      queries.setQueryData([...keys.migration, record.id], record);
      dropDraft(key);
      await announce(migrationText.created(record.record.name), activity_id, hints);
      place.set({ creating: false, migrationId: record.id });
      focusEditor();
    });
  };
  const discard = () => {
    dropDraft(key);
    if (!base) onClose();
  };

  const complete = (side: MigrationSide) => (at: Place) => {
    if (outline.known === null) return null;
    return sql
      ? completeStatement(at, outline.known, language, read.sides?.[side].starts ?? [])
      : completeCommand(at, outline.known);
  };
  const found = checked?.check.faults ?? [];
  const goToFault = (fault: MigrationFault | undefined, index: number) => {
    if (!fault) return;
    setProblem(index);
    editors[fault.side ?? 'up'].current?.goTo(fault.start, fault.end);
  };
  const goToSpot = ({ side, statement }: Spot) => {
    const span = checked?.check.statements.filter((candidate) => candidate.side === side)[
      (statement ?? 1) - 1
    ];
    editors[side].current?.goTo(span?.start ?? null, span?.end ?? null);
  };
  const waive = (warning: MigrationWarning, reason: string | null) => {
    const { statement, code } = warning;
    if (statement === null) return;
    const rest = draft.waivers.filter((waiver) => waiver.statement !== statement || waiver.code !== code);
    change({ waivers: reason === null ? rest : [...rest, { statement, code, reason }] });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'F8' && found.length > 0) {
      const step = event.shiftKey ? found.length - 1 : 1;
      const next = problem === null ? 0 : (problem + step) % found.length;
      goToFault(found[next], next);
    } else if (withCommand(event) && event.key.toLowerCase() === 's') void save();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  if (sending.conflict && base)
    return (
      <ConflictDialog
        subject={base.record.name}
        base={{ ...base.record, texts: base.texts.up }}
        conflict={sending.conflict}
        sending={sending}
        onNothingLeft={() => dropDraft(key)}
      />
    );
  const blank = draft.texts.up.trim() === '';
  const hasChecks = wantsChecks || draft.texts.pre !== '' || draft.texts.post !== '';
  const editorOf = (side: MigrationSide, label: string, example: string, help?: string) => (
    <StatementEditor
      ref={editors[side]}
      label={label}
      testId={`migration-${side}`}
      path={side}
      value={draft.texts[side]}
      sql={sql}
      example={example}
      reading={read.sides?.[side] ?? null}
      invalid={found.some((fault) => fault.side === side) && draft.texts[side] !== ''}
      error={faults[side]}
      onChange={write(side)}
      complete={complete(side)}
      {...(help === undefined ? {} : { help })}
    />
  );
  return (
    <>
      <form
        className={actionEditor.definition}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
        onKeyDownCapture={onKeyDown}
        onFocus={outline.onFocus}
      >
        <div className={actionEditor.columns}>
          <div className={actionEditor.fields} ref={form}>
            {sending.general ? (
              <Notice tone="error" role="alert">
                {sending.general}
              </Notice>
            ) : null}
            {kept?.proposed ? <Notice>{text.from}</Notice> : null}
            <div className={primitives.pair}>
              <Field
                label={text.name}
                value={draft.name}
                onChange={(name) => change({ name })}
                error={faults.name}
                path="name"
                testId="migration-name"
                autoFocus={view === null}
              />
              <Field
                label={common.tag}
                value={tagOf(draft)}
                onChange={(tag) => change({ tag })}
                error={faults.tag}
                path="tag"
                testId="migration-tag"
                mono
              />
            </div>
            {editorOf('up', text.up, sql ? text.sqlExample : text.documentExample, text.upHelp)}
            {editorOf('down', text.down, sql ? text.downExample : text.downDocumentExample, text.downHelp)}
            {hasChecks ? (
              <>
                {editorOf(
                  'pre',
                  text.pre,
                  sql ? text.checkExample : text.checkDocumentExample,
                  text.checksHelp,
                )}
                {editorOf('post', text.post, sql ? text.checkExample : text.checkDocumentExample)}
              </>
            ) : (
              <div>
                <Button small look="quiet" onPress={() => setWantsChecks(true)} data-testid="add-checks">
                  <Icon of={Plus} small />
                  {text.addChecks}
                </Button>
              </div>
            )}
            {sql ? (
              <span className={actionEditor.flag}>
                <Checkbox
                  isSelected={draft.noTransaction}
                  onChange={(noTransaction) => change({ noTransaction })}
                  testId="migration-no-transaction"
                >
                  {text.noTransaction}
                </Checkbox>
                <span className={primitives.help}>{text.noTransactionHelp}</span>
              </span>
            ) : null}
            <Field
              label={text.description}
              optional
              lines={2}
              value={draft.description}
              onChange={(description) => change({ description })}
              error={faults.description}
              path="description"
              testId="migration-description"
            />
          </div>
          <Problems
            check={checked?.check ?? null}
            blank={blank && SIDES.every((side) => draft.texts[side].trim() === '')}
            current={problem !== null && problem < found.length ? problem : null}
            applied={applied}
            onFault={goToFault}
            onWarning={goToSpot}
            onWaive={waive}
          />
        </div>
        <footer className={actionEditor.foot}>
          <span className={primitives.faint} role="status">
            {kept && base ? text.unsaved : ''}
          </span>
          <span className={primitives.faint} role="status" data-testid="statement-completion">
            {outline.note}
          </span>
          <Button onPress={discard} isDisabled={!kept && base !== null} data-testid="discard">
            {base ? text.discard : common.cancel}
          </Button>
          <Button
            look="primary"
            type="submit"
            isDisabled={sending.busy || (base !== null && !kept)}
            aria-keyshortcuts="Control+s"
            data-testid="save"
          >
            {base ? text.save : text.createButton}
            <kbd className={actionEditor.key}>{shortcut('S')}</kbd>
          </Button>
        </footer>
      </form>
      {question && base ? (
        <ChecksumDialog
          name={base.record.name}
          question={question}
          old={base.texts.up}
          next={draft.texts.up}
          sql={sql}
          onAccept={(tag) => {
            const { patch } = question;
            setQuestion(null);
            void sending.write({ ...patch, accept_checksum: tag });
          }}
          onClose={() => setQuestion(null)}
        />
      ) : null}
    </>
  );
}
