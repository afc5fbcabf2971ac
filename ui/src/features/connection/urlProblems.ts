/** The string's problems by keyboard: F8 goes from one to the next, Ctrl . offers their repairs, Enter makes one. */
import { closeCompletion } from '@codemirror/autocomplete';
import {
  type EditorState,
  type Extension,
  Facet,
  Prec,
  StateEffect,
  StateField,
  type Transaction,
  type TransactionSpec,
} from '@codemirror/state';
import { type Command, EditorView, keymap, type Rect, showTooltip, type Tooltip } from '@codemirror/view';
import { shortcut } from '../../app/platformKeys';
import type { UrlInspection } from '../../bindings/UrlInspection';
import type { UrlNote } from '../../bindings/UrlNote';
import type { UrlRepair } from '../../bindings/UrlRepair';
import type { UrlTextChange } from '../../bindings/UrlTextChange';
import { plain } from '../../design/text';
import { problems as text } from '../../text/connection';
import { setInspection } from './urlEffects';
import styles from './urlTools.module.css';

export type ProblemKind = keyof typeof text.kinds;

export interface Problem {
  kind: ProblemKind;
  note: UrlNote;
}

/** Every error, warning and hint of a string, the gravest first. */
export function problemsOf(inspection: UrlInspection): Problem[] {
  return [
    ...(inspection.error ? [{ kind: 'error' as const, note: inspection.error }] : []),
    ...inspection.warnings.map((note) => ({ kind: 'warning' as const, note })),
    ...inspection.hints.map((note) => ({ kind: 'hint' as const, note })),
  ];
}

interface Offer {
  problem: Problem;
  repair: UrlRepair;
}

type Shown = { kind: 'problem'; index: number } | { kind: 'repairs'; offers: Offer[]; selected: number };

interface ProblemState {
  /** In the order of the text. None while it has not been read as it stands: spans and repairs would be of another. */
  problems: Problem[];
  /** Whether the text has been read as it stands. */
  read: boolean;
  shown: Shown | null;
  /** What was asked for before the text was read; it is done as soon as it is. */
  wanted: Command | null;
}

type OnRepair = (changes: UrlTextChange[]) => void;

/** Who makes a repair: the session, so that it is one undo step. */
const onRepair = Facet.define<OnRepair, OnRepair | undefined>({ combine: (values) => values[0] });

const setShown = StateEffect.define<Shown | null>();
const setWanted = StateEffect.define<Command | null>();

const UNREAD: ProblemState = { problems: [], read: false, shown: null, wanted: null };

/** The gravest first where two begin at one place: sorting keeps the order of equals. */
function inOrder(inspection: UrlInspection): Problem[] {
  return problemsOf(inspection).sort((a, b) => a.note.start - b.note.start);
}

/** The problem itself, however often the string is read. */
const same = (a: Problem, b: Problem): boolean =>
  a.note.code === b.note.code && a.note.start === b.note.start;

/** Read once more: what is open stays open if it is still a problem, as one that was told before the type was known. */
function read(value: ProblemState, problems: Problem[]): ProblemState {
  if (value.read && JSON.stringify(problems) === JSON.stringify(value.problems)) return value;
  const shown = value.shown?.kind === 'problem' ? value.problems[value.shown.index] : undefined;
  const index = shown ? problems.findIndex((problem) => same(problem, shown)) : -1;
  return { ...value, problems, read: true, shown: index < 0 ? null : { kind: 'problem', index } };
}

/** Whether the cursor went elsewhere: a browser tells of a selection also where it stays as it is. */
const moved = ({ selection, startState }: Transaction): boolean =>
  selection !== undefined && !selection.eq(startState.selection);

export const problemField = StateField.define<ProblemState>({
  create: () => UNREAD,
  update(value, transaction) {
    let next = value;
    if (transaction.docChanged) next = UNREAD;
    else if (next.shown && moved(transaction)) next = { ...next, shown: null };
    for (const effect of transaction.effects) {
      if (effect.is(setInspection)) next = read(next, inOrder(effect.value));
      if (effect.is(setShown)) next = { ...next, shown: effect.value };
      if (effect.is(setWanted)) next = { ...next, wanted: effect.value };
    }
    return next;
  },
  provide: (field) => [
    showTooltip.from(field, ({ problems, shown }) => tooltip(problems, shown)),
    EditorView.contentAttributes.from(field, ({ shown }): Record<string, string> => {
      if (shown?.kind !== 'repairs') return {};
      return {
        'aria-controls': LIST,
        'aria-activedescendant': `${LIST}-${shown.selected}`,
      };
    }),
  ],
});

const LIST = 'url-repairs';
const GAP = 4;

function element(name: string, className: string | undefined, content = ''): HTMLElement {
  const made = document.createElement(name);
  made.className = className ?? '';
  made.textContent = plain(content);
  return made;
}

function tooltip(problems: Problem[], shown: Shown | null): Tooltip | null {
  if (shown === null) return null;
  const problem = shown.kind === 'problem' ? problems[shown.index] : shown.offers[0]?.problem;
  if (!problem) return null;
  return {
    pos: problem.note.start,
    // Above, since the list of problems stands below; the repairs, which are chosen from, take its place.
    above: shown.kind === 'problem',
    create: (view) => ({
      dom: shown.kind === 'problem' ? problemBox(problem) : repairsBox(view, shown),
      getCoords: (pos) => aroundString(view, pos),
      offset: { x: 0, y: GAP },
    }),
  };
}

function problemBox({ kind, note }: Problem): HTMLElement {
  const dom = element('div', styles.problem);
  dom.dataset.testid = 'url-problem';
  dom.dataset.kind = kind;
  const message = element('p', undefined);
  message.append(element('strong', undefined, text.kinds[kind]), ` ${plain(note.message)}`);
  dom.append(message);
  if (note.repair) {
    const way = element('p', styles.way);
    way.append(element('kbd', styles.key, shortcut('.')), ` ${plain(note.repair.label)}`);
    dom.append(way);
  }
  return dom;
}

function repairsBox(view: EditorView, { offers, selected }: Shown & { kind: 'repairs' }): HTMLElement {
  const dom = element('div', styles.repairs);
  dom.dataset.testid = 'url-repairs';
  const list = element('ul', undefined);
  list.id = LIST;
  list.setAttribute('role', 'listbox');
  list.setAttribute('aria-label', text.repairs);
  offers.forEach(({ problem, repair }, index) => {
    const item = element('li', styles.offer);
    item.id = `${LIST}-${index}`;
    item.setAttribute('role', 'option');
    item.setAttribute('aria-selected', String(index === selected));
    item.append(
      element('span', undefined, repair.label),
      element('span', styles.of, `${text.kinds[problem.kind]}: ${problem.note.message}`),
    );
    item.addEventListener('mousedown', (event) => {
      event.preventDefault();
      make(view, repair);
    });
    list.append(item);
  });
  const preview = element('div', styles.becomes);
  const code = element('code', undefined, offers[selected]?.repair.preview ?? '');
  code.dataset.testid = 'url-repair-preview';
  preview.append(element('span', styles.word, text.becomes), code);
  dom.append(list, preview, element('p', styles.way, text.repairHelp));
  return dom;
}

/** Above or under the whole string, however many lines it takes: nothing of it is covered. */
function aroundString(view: EditorView, pos: number): Rect {
  const { top, bottom, left } = view.contentDOM.getBoundingClientRect();
  const at = view.coordsAtPos(pos)?.left ?? left;
  return { left: at, right: at, top, bottom };
}

function said({ kind, note }: Problem, index: number, total: number): string {
  const repair = note.repair ? ` ${text.repairOffered(plain(note.repair.label), shortcut('.'))}` : '';
  return `${text.position(text.kinds[kind], index + 1, total)} ${plain(note.message)}${repair}`;
}

function offered({ repair }: Offer, index: number, total: number): string {
  return text.repairSaid(plain(repair.label), plain(repair.preview), index + 1, total);
}

/** The index of the problem that comes after the cursor, or before it; round at either end. */
export function nextProblem(state: EditorState, direction: 1 | -1): number | null {
  const { problems, shown } = state.field(problemField);
  const total = problems.length;
  if (total === 0) return null;
  if (shown?.kind === 'problem') return (shown.index + direction + total) % total;
  const { head } = state.selection.main;
  if (direction > 0) {
    const after = problems.findIndex(({ note }) => note.start >= head);
    return after < 0 ? 0 : after;
  }
  const before = problems.findLastIndex(({ note }) => note.start < head);
  return before < 0 ? total - 1 : before;
}

/** A problem in a hidden password is gone to at the password's start: the cursor never stands among the dots. */
function outside(view: EditorView, at: number): number {
  let place = at;
  for (const ranges of view.state.facet(EditorView.atomicRanges))
    ranges(view).between(at, at, (from, to) => {
      if (from < at && at < to) place = Math.min(place, from);
    });
  return place;
}

/** A command that needs the text to be read: it waits for that, so that a key pressed too soon is not lost. */
const onceRead =
  (command: Command): Command =>
  (view) => {
    if (view.state.field(problemField).read) return command(view);
    view.dispatch({ effects: setWanted.of(command) });
    return true;
  };

const doWanted = EditorView.updateListener.of(({ view, state }) => {
  const { read, wanted } = state.field(problemField);
  if (!read || !wanted) return;
  // No update may be made within another.
  queueMicrotask(() => {
    if (view.state.field(problemField).wanted !== wanted) return;
    view.dispatch({ effects: setWanted.of(null) });
    wanted(view);
  });
});

function go(direction: 1 | -1): Command {
  return (view) => {
    const index = nextProblem(view.state, direction);
    const { problems } = view.state.field(problemField);
    const problem = index === null ? undefined : problems[index];
    if (index === null || !problem) return tell(view, text.noProblems);
    closeCompletion(view);
    view.dispatch({
      selection: { anchor: outside(view, Math.min(problem.note.start, view.state.doc.length)) },
      scrollIntoView: true,
      effects: [
        setShown.of({ kind: 'problem', index }),
        EditorView.announce.of(said(problem, index, problems.length)),
      ],
    });
    return true;
  };
}

function tell(view: EditorView, message: string): boolean {
  view.dispatch({ effects: EditorView.announce.of(message) });
  return true;
}

/** The repairs of the problem that was gone to or that the cursor is in; where there are none, all of them. */
export function offersAt(state: EditorState): Offer[] {
  const { problems, shown } = state.field(problemField);
  const { head } = state.selection.main;
  const all = problems.flatMap((problem) =>
    problem.note.repair ? [{ problem, repair: problem.note.repair }] : [],
  );
  const current = shown?.kind === 'problem' ? problems[shown.index] : undefined;
  const here = all.filter(
    ({ problem }) => problem === current || (problem.note.start <= head && head <= problem.note.end),
  );
  return here.length > 0
    ? here.sort((a, b) => Number(b.problem === current) - Number(a.problem === current))
    : all;
}

function show(offers: Offer[], selected: number): TransactionSpec {
  const offer = offers[selected];
  return {
    effects: [
      setShown.of({ kind: 'repairs', offers, selected }),
      EditorView.announce.of(offer ? offered(offer, selected, offers.length) : ''),
    ],
  };
}

function openRepairs(view: EditorView): boolean {
  const offers = offersAt(view.state);
  if (offers.length === 0) return tell(view, text.noRepairs);
  closeCompletion(view);
  view.dispatch(show(offers, 0));
  return true;
}

function chosen(state: EditorState): (Shown & { kind: 'repairs' }) | null {
  const { shown } = state.field(problemField);
  return shown?.kind === 'repairs' ? shown : null;
}

/** Whether the list of repairs is open. */
export function repairsOpen(state: EditorState): boolean {
  return chosen(state) !== null;
}

function step(direction: 1 | -1) {
  return (view: EditorView): boolean => {
    const open = chosen(view.state);
    if (!open) return false;
    const total = open.offers.length;
    view.dispatch(show(open.offers, (open.selected + direction + total) % total));
    return true;
  };
}

function make(view: EditorView, { changes, label }: UrlRepair): void {
  view.state.facet(onRepair)?.(changes);
  view.dispatch({ effects: EditorView.announce.of(text.repaired(plain(label))) });
}

function makeChosen(view: EditorView): boolean {
  const open = chosen(view.state);
  const offer = open?.offers[open.selected];
  if (!offer) return false;
  make(view, offer.repair);
  return true;
}

function close(view: EditorView): boolean {
  if (view.state.field(problemField).shown === null) return false;
  view.dispatch({ effects: setShown.of(null) });
  return true;
}

export const urlProblems = (repair: OnRepair): Extension => [
  onRepair.of(repair),
  problemField,
  doWanted,
  Prec.highest(
    keymap.of([
      { key: 'F8', run: onceRead(go(1)), shift: onceRead(go(-1)) },
      { key: 'Mod-.', run: onceRead(openRepairs) },
      // Input methods of Linux keep Ctrl . for themselves.
      { key: 'Alt-Enter', run: onceRead(openRepairs) },
      { key: 'ArrowDown', run: step(1) },
      { key: 'ArrowUp', run: step(-1) },
      { key: 'Enter', run: makeChosen },
      // Escape closes what is open here, and then neither the drawer nor a dialog.
      { key: 'Escape', run: close, stopPropagation: true },
    ]),
  ),
  EditorView.domEventHandlers({
    blur: (_event, view) => {
      close(view);
      return false;
    },
  }),
];
