import { Plus } from 'lucide-react';
import { type KeyboardEvent, useRef, useState } from 'react';
import { announce } from '../../app/changes';
import { shortcut, withCommand } from '../../app/platformKeys';
import { engineOf, keys, queries, useEngines } from '../../app/queries';
import { useStore } from '../../app/store';
import type { ActionFault } from '../../bindings/ActionFault';
import type { ActionPatchInput } from '../../bindings/ActionPatchInput';
import type { ActionTypeView } from '../../bindings/ActionTypeView';
import type { ActionView } from '../../bindings/ActionView';
import type { DatabaseView } from '../../bindings/DatabaseView';
import { Button } from '../../design/Button';
import { Checkbox, ErrorText, Field } from '../../design/Field';
import { Icon } from '../../design/Icon';
import { Notice } from '../../design/Layout';
import primitives from '../../design/primitives.module.css';
import { Segments } from '../../design/Segments';
import { plain } from '../../design/text';
import { platform } from '../../platform';
import { actions as actionText, editText as text } from '../../text/actions';
import { samplesText } from '../../text/actionUses';
import { common } from '../../text/common';
import { ConflictDialog } from '../records/ConflictDialog';
import { isEmptyPatch, usePatch } from '../records/patch';
import styles from './actions.module.css';
import { completeDocument, completeSql, type Place } from './completion';
import {
  type Draft,
  draftOf,
  drafts,
  dropDraft,
  emptyDraft,
  inputOf,
  isChanged,
  isSame,
  newKey,
  patchOf,
  setDraft,
  TYPES,
  tagOf,
} from './drafts';
import editor from './editor.module.css';
import { focusList } from './focus';
import type { Values } from './inputs';
import { place, showAction } from './place';
import { Reading } from './Reading';
import { Samples } from './Samples';
import { sampleOf } from './samples';
import { placed, updateAction } from './save';
import { TemplateEditor, type TemplateHandle } from './TemplateEditor';
import type { Spans } from './templateEditor';
import { type Checked, checkOf, useCheck } from './useCheck';
import { useOutline } from './useOutline';

/** A new action, in the place of the one that was shown. */
export function NewAction({ database }: { database: DatabaseView }) {
  const title = actionText.createIn(plain(database.name));
  return (
    <section
      className={styles.detail}
      aria-label={title}
      data-testid="action-new"
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.defaultPrevented) focusList();
      }}
    >
      <header className={styles.head}>
        <div className={styles.headLine}>
          <h1 className={styles.title}>{title}</h1>
        </div>
      </header>
      <div className={styles.newPanel}>
        <Definition database={database} view={null} />
      </div>
    </section>
  );
}

function spansOf(checked: Checked | null, side: 'data' | 'filter'): Spans | null {
  if (!checked) return null;
  const { check } = checked;
  return {
    of: side === 'data' ? checked.template : checked.filter,
    placeholders: check.placeholders.filter((placeholder) => placeholder.side === side),
    faults: check.faults.filter((fault) => fault.side === side),
  };
}

/** An action's record in an editor: its fields and templates, and beside them what is read in these. */
export function Definition({
  database,
  view,
  form: present,
}: {
  database: DatabaseView;
  view: ActionView | null;
  /** What stands in the form of a run. */
  form?: { slug: string; values: Values } | undefined;
}) {
  const key = view?.id ?? newKey(database.id);
  const language = engineOf(useEngines(), database.type)?.template_language ?? '';
  const sql = language !== 'json';
  const outline = useOutline(database);
  const kept = useStore(drafts, ({ byKey }) => byKey[key]);
  const base = kept ? kept.base : view;
  const draft = kept?.draft ?? (view ? draftOf(view) : emptyDraft());
  const checked = useCheck(database.id, draft);
  const [spans, setSpans] = useState<{ of: Checked | null; data: Spans | null; filter: Spans | null }>({
    of: null,
    data: null,
    filter: null,
  });
  if (spans.of !== checked)
    setSpans({ of: checked, data: spansOf(checked, 'data'), filter: spansOf(checked, 'filter') });
  const [filtering, setFiltering] = useState(false);
  const [problem, setProblem] = useState<number | null>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const template = useRef<TemplateHandle>(null);
  const filter = useRef<TemplateHandle>(null);
  const sending = usePatch<ActionPatchInput>(async (patch) => {
    if (!base) return;
    const { record, activity_id, hints } = await updateAction(base.id, patch);
    queries.setQueryData([...keys.action, record.id], record);
    dropDraft(key);
    await announce(actionText.saved(record.record.name), activity_id, hints);
  });
  const { faults, form } = sending;

  const change = (part: Partial<Draft>) => {
    const next = { ...draft, ...part };
    // A template that is shown anew tells its text too: it is no change, and no draft.
    if ((Object.keys(part) as (keyof Draft)[]).every((field) => isSame(next[field], draft[field]))) return;
    if (base && !isChanged(base, next)) dropDraft(key);
    else setDraft(key, next, base);
  };
  const save = async () => {
    if (draft.name.trim() === '') return sending.setFaults({ name: text.nameRequired });
    if (base) {
      const patch = patchOf(base, draft);
      if (isEmptyPatch(patch)) dropDraft(key);
      else await sending.write(patch);
      return;
    }
    await sending.submit(async () => {
      const { record, activity_id, hints } = await placed(platform.actionCreate(database.id, inputOf(draft)));
      queries.setQueryData([...keys.action, record.id], record);
      dropDraft(key);
      await announce(actionText.created(record.record.name), activity_id, hints);
      showAction(record.id, 'run');
    });
  };
  const discard = () => {
    dropDraft(key);
    if (!base) place.set({ creating: null, tab: 'run' });
  };

  const addSample = async () => {
    const sample = sampleOf(checked?.check.inputs ?? [], present?.values ?? {});
    if (sample === null) return setRefused(samplesText.incomplete);
    const place = draft.samples.indexOf(sample);
    if (place >= 0) return setRefused(samplesText.twice(place + 1));
    const check = await platform.actionCheck(checkOf(database.id, { ...draft, samples: [sample] }));
    const faults = check.samples[0] ?? [];
    if (faults.length > 0)
      return setRefused(
        samplesText.refused(faults.map(({ field, message }) => plain(`${field}: ${message}`)).join(' ')),
      );
    setRefused(null);
    change({ samples: [...draft.samples, sample] });
  };

  const complete = (at: Place) =>
    outline.known === null
      ? null
      : sql
        ? completeSql(at, outline.known, language, draft.tableName)
        : completeDocument(at, outline.known, draft.tableName);
  const found = checked?.check.faults ?? [];
  const goTo = (fault: ActionFault | undefined, index: number) => {
    if (!fault) return;
    setProblem(index);
    if (fault.side === null)
      form.current?.querySelector<HTMLElement>(`[data-testid="action-type-${draft.type}"] input`)?.focus();
    else (fault.side === 'data' ? template : filter).current?.goTo(fault.start, fault.end);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'F8' && found.length > 0) {
      const step = event.shiftKey ? found.length - 1 : 1;
      const next = problem === null ? 0 : (problem + step) % found.length;
      goTo(found[next], next);
    } else if (withCommand(event) && event.key.toLowerCase() === 's') void save();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const changes = draft.type === 'update' || draft.type === 'delete';
  const filtered = changes || filtering || draft.filter !== '';
  if (sending.conflict && base)
    return (
      <ConflictDialog
        subject={base.record.name}
        base={base.record}
        conflict={sending.conflict}
        sending={sending}
        onNothingLeft={() => dropDraft(key)}
      />
    );
  return (
    <form
      className={editor.definition}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
      onKeyDownCapture={onKeyDown}
      onFocus={outline.onFocus}
    >
      <div className={editor.columns}>
        <div className={editor.fields} ref={form} data-first>
          {sending.general ? (
            <Notice tone="error" role="alert">
              {sending.general}
            </Notice>
          ) : null}
          <div className={editor.pair}>
            <Field
              label={text.name}
              value={draft.name}
              onChange={(name) => change({ name })}
              error={faults.name}
              path="name"
              testId="action-name"
              autoFocus={view === null}
            />
            <Field
              label={common.tag}
              value={tagOf(draft)}
              onChange={(tag) => change({ tag })}
              error={faults.tag}
              path="tag"
              testId="action-tag"
              mono
            />
            <Field
              label={text.table}
              value={draft.tableName}
              onChange={(tableName) => change({ tableName })}
              error={faults.tableName}
              path="tableName"
              testId="action-table"
              mono
            />
          </div>
          <div className={primitives.field}>
            <Segments
              label={text.type}
              value={draft.type}
              choices={TYPES.map((type) => ({
                id: type,
                label: actionText.types[type],
                testId: `action-type-${type}`,
              }))}
              onChange={(type) => change({ type: type as ActionTypeView })}
            />
            <div data-path="type" tabIndex={-1} className={editor.typeFault}>
              {faults.type === undefined ? null : <ErrorText>{faults.type}</ErrorText>}
            </div>
          </div>
          <TemplateEditor
            ref={template}
            label={text.template}
            testId="action-template"
            path="template"
            value={draft.template}
            sql={sql}
            example={sql ? text.sqlExample : text.documentExample}
            spans={spans.data}
            invalid={found.some((fault) => fault.side === 'data') && draft.template !== ''}
            error={faults.template}
            help={text.placeholderHelp}
            onChange={(next) => change({ template: next })}
            complete={complete}
          />
          {filtered ? (
            <TemplateEditor
              ref={filter}
              label={`${text.filter} (${common.optional})`}
              testId="action-filter-template"
              path="filterTemplate"
              value={draft.filter}
              sql={sql}
              example={sql ? text.filterExample : text.filterDocumentExample}
              spans={spans.filter}
              invalid={found.some((fault) => fault.side === 'filter') && draft.filter !== ''}
              error={faults.filterTemplate}
              help={sql ? text.filterHelp : text.filterHelpDocument}
              onChange={(next) => change({ filter: next })}
              complete={complete}
            />
          ) : (
            <div>
              <Button small look="quiet" onPress={() => setFiltering(true)} data-testid="add-filter">
                <Icon of={Plus} small />
                {text.addFilter}
              </Button>
            </div>
          )}
          <div className={editor.flags}>
            {changes || draft.allRows ? (
              <span className={editor.flag}>
                <Checkbox
                  isSelected={draft.allRows}
                  onChange={(allRows) => change({ allRows })}
                  testId="action-all-rows"
                >
                  {text.allRows}
                </Checkbox>
                <span className={primitives.help}>{text.allRowsHelp}</span>
              </span>
            ) : null}
            {sql ? (
              <Checkbox
                isSelected={draft.script}
                onChange={(script) => change({ script })}
                testId="action-script"
              >
                {text.script}
              </Checkbox>
            ) : null}
          </div>
          <Samples
            samples={draft.samples}
            faults={checked?.samples === JSON.stringify(draft.samples) ? checked.check.samples : []}
            refused={refused}
            from={present?.slug}
            onAdd={() => void addSample()}
            onChange={(samples) => change({ samples })}
          />
          <Field
            label={text.description}
            optional
            lines={2}
            value={draft.description}
            onChange={(description) => change({ description })}
            error={faults.description}
            path="description"
            testId="action-description"
          />
        </div>
        <Reading
          check={checked?.check ?? null}
          blank={draft.template.trim() === ''}
          current={problem !== null && problem < found.length ? problem : null}
          onGo={goTo}
        />
      </div>
      <footer className={editor.foot}>
        <span className={primitives.faint} role="status">
          {kept && base ? text.unsaved : ''}
        </span>
        <span className={primitives.faint} role="status" data-testid="template-completion">
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
          <kbd className={editor.key}>{shortcut('S')}</kbd>
        </Button>
      </footer>
    </form>
  );
}
