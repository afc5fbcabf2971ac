import { completionStatus } from '@codemirror/autocomplete';
import { defaultKeymap } from '@codemirror/commands';
import { EditorState, type Extension, RangeSet, StateField, Transaction } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, keymap, WidgetType } from '@codemirror/view';
import type { UrlSecretState } from '../../bindings/UrlSecretState';
import type { UrlTextChange } from '../../bindings/UrlTextChange';
import { editorTheme, nonce, phrases, typeOver } from '../../design/codeMirror';
import { plain } from '../../design/text';
import { connection as text } from '../../text/connection';
import styles from './connection.module.css';
import { guessSecrets } from './masking';
import { urlColours } from './urlColours';
import { type CompleteUrl, urlCompletion } from './urlCompletion';
import { setInspection, setRevealed } from './urlEffects';
import { problemsOf, repairsOpen, urlProblems } from './urlProblems';

interface SecretSpan {
  slot: string;
  start: number;
  end: number;
  state: UrlSecretState;
}

interface Secrets {
  spans: SecretSpan[];
  /** Null while hidden; values by slot for those that the text only has as `***`. */
  revealed: Readonly<Record<string, string>> | null;
}

/** Dots, as many whatever the length; or, revealed, the value that stands behind `***`. */
class SecretWidget extends WidgetType {
  constructor(private readonly value: string | null) {
    super();
  }
  override eq(other: SecretWidget): boolean {
    return other.value === this.value;
  }
  toDOM(): HTMLElement {
    const span = document.createElement('span');
    span.className = (this.value === null ? styles.dots : styles.revealedValue) ?? '';
    span.textContent = this.value ?? '••••••••';
    if (this.value === null) {
      span.setAttribute('role', 'img');
      span.setAttribute('aria-label', text.hidden);
    }
    return span;
  }
}

/**
 * Where secrets stand, moved along with every keystroke. What is typed at the edge of one belongs to it until the
 * engine has read the text again: hiding too much for 30 ms is right, showing a character is not.
 */
export const secretField = StateField.define<Secrets>({
  create: (state) => ({ spans: guessed(state.doc.toString(), []), revealed: null }),
  update(secrets, transaction) {
    let { spans, revealed } = secrets;
    if (transaction.docChanged) {
      spans = spans
        .map((span) => ({
          ...span,
          start: transaction.changes.mapPos(span.start, -1),
          end: transaction.changes.mapPos(span.end, 1),
        }))
        .filter((span) => span.end > span.start);
      spans = guessed(transaction.newDoc.toString(), spans);
    }
    for (const effect of transaction.effects) {
      if (effect.is(setInspection)) {
        const { valid, secret_spans } = effect.value;
        // Of a text that does not parse, the engine may not know where all of its secrets are.
        spans = valid ? secret_spans : guessed(transaction.newDoc.toString(), secret_spans);
      }
      if (effect.is(setRevealed)) revealed = effect.value;
    }
    return spans === secrets.spans && revealed === secrets.revealed ? secrets : { spans, revealed };
  },
  provide: (field) => [
    EditorView.decorations.from(field, secretDecorations),
    EditorView.atomicRanges.of((view) => {
      const { revealed, spans } = view.state.field(field);
      return RangeSet.of(
        spans
          .filter((span) => hides(span, revealed))
          .map((span) => Decoration.mark({}).range(span.start, span.end)),
        true,
      );
    }),
  ],
});

function guessed(doc: string, known: SecretSpan[]): SecretSpan[] {
  const more = guessSecrets(doc).filter(
    (guess) => !known.some((span) => guess.start < span.end && guess.end > span.start),
  );
  return more.length === 0
    ? known
    : [...known, ...more.map((span) => ({ ...span, slot: 'guess', state: 'typed' as const }))];
}

/** A named secret's reference is no secret; a typed one shows once revealed, a kept one by its value. */
function hides(span: SecretSpan, revealed: Secrets['revealed']): boolean {
  if (span.state === 'reference' || span.state === 'empty' || span.state === 'absent') return false;
  return revealed === null || span.state === 'kept';
}

function secretDecorations({ spans, revealed }: Secrets): DecorationSet {
  const ranges = spans
    .filter((span) => span.end > span.start)
    .map((span) => {
      if (!hides(span, revealed)) {
        const name = span.state === 'reference' ? styles.reference : styles.revealedValue;
        return Decoration.mark({ class: name ?? '' }).range(span.start, span.end);
      }
      const value = revealed?.[span.slot] ?? null;
      return Decoration.replace({ widget: new SecretWidget(value) }).range(span.start, span.end);
    });
  return Decoration.set(ranges, true);
}

const noteField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(notes, transaction) {
    let next = notes.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(setInspection)) continue;
      const length = transaction.newDoc.length;
      const marks = problemsOf(effect.value).flatMap(({ kind, note }) => {
        const start = Math.min(note.start, length);
        const end = Math.min(Math.max(note.end, note.start), length);
        const attributes = { title: plain(note.message) };
        return end > start
          ? [Decoration.mark({ class: styles[kind] ?? '', attributes }).range(start, end)]
          : [];
      });
      next = Decoration.set(marks, true);
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** What leaves by copy or drag: hidden secrets leave as `***`. */
export function copyable(state: EditorState): string {
  const { spans, revealed } = state.field(secretField);
  return state.selection.ranges
    .map(({ from, to }) => {
      let result = '';
      let at = from;
      for (const span of [...spans].sort((a, b) => a.start - b.start)) {
        if (!hides(span, revealed) || span.end <= from || span.start >= to) continue;
        result += `${state.sliceDoc(at, Math.max(at, span.start))}***`;
        at = Math.min(to, span.end);
      }
      return result + state.sliceDoc(at, to);
    })
    .join('\n');
}

const guardClipboard = EditorView.domEventHandlers({
  copy: (event, view) => leave(event, view, false),
  cut: (event, view) => leave(event, view, true),
  dragstart: (event) => {
    event.preventDefault();
    return true;
  },
});

function leave(event: ClipboardEvent, view: EditorView, remove: boolean): boolean {
  if (view.state.selection.main.empty) return false;
  event.clipboardData?.setData('text/plain', copyable(view.state));
  event.preventDefault();
  if (remove) view.dispatch(view.state.replaceSelection(''), { userEvent: 'delete.cut' });
  return true;
}

/** A URL is one line: a pasted line end is let go of. */
const oneLine = EditorState.transactionFilter.of((transaction) => {
  if (!transaction.docChanged || transaction.newDoc.lines === 1) return transaction;
  const joined = transaction.newDoc.toString().replace(/\s*\n\s*/g, '');
  return [
    {
      changes: { from: 0, to: transaction.startState.doc.length, insert: joined },
      selection: { anchor: joined.length },
      annotations: Transaction.userEvent.of(transaction.annotation(Transaction.userEvent) ?? 'input'),
    },
  ];
});

export interface UrlEditorOptions {
  label: string;
  testId: string;
  complete: CompleteUrl;
  onRepair: (changes: UrlTextChange[]) => void;
  onText: (text: string) => void;
  onPaste?: (() => void) | undefined;
  /** What Enter does where no list is open: a panel ignores it, a form is sent. */
  onEnter?: (() => void) | undefined;
}

export function urlExtensions(options: UrlEditorOptions): Extension {
  return [
    EditorView.cspNonce.of(nonce()),
    oneLine,
    keymap.of([
      {
        key: 'Enter',
        run: () => {
          options.onEnter?.();
          return true;
        },
      },
      ...defaultKeymap.filter((binding) => binding.key !== 'Mod-Enter' && binding.key !== 'Mod-/'),
    ]),
    EditorView.lineWrapping,
    secretField,
    noteField,
    urlColours,
    urlProblems(options.onRepair),
    urlCompletion(options.complete),
    guardClipboard,
    phrases,
    typeOver,
    EditorView.contentAttributes.of({
      'aria-label': options.label,
      'data-testid': options.testId,
      spellcheck: 'false',
      autocorrect: 'off',
      autocapitalize: 'off',
    }),
    // A text in which lists open: completion, and repairs.
    EditorView.contentAttributes.of((view) => ({
      role: 'combobox',
      'aria-haspopup': 'listbox',
      'aria-expanded': String(completionStatus(view.state) === 'active' || repairsOpen(view.state)),
    })),
    EditorView.updateListener.of((update) => {
      if (!update.docChanged) return;
      options.onText(update.state.doc.toString());
      if (update.transactions.some((transaction) => transaction.isUserEvent('input.paste')))
        options.onPaste?.();
    }),
    editorTheme,
  ];
}
