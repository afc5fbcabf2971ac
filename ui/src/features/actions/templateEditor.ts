/** The editor of a template: colours, placeholders as chips, faults underlined. What is one is for the core to say. */
import type { CompletionResult } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { EditorState, type Extension, StateEffect, StateField } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, keymap } from '@codemirror/view';
import type { ActionFault } from '../../bindings/ActionFault';
import type { PlaceholderSpan } from '../../bindings/PlaceholderSpan';
import { editorTheme, nonce, phrases, typeOver } from '../../design/codeMirror';
import { plain } from '../../design/text';
import { completing } from '../connection/urlCompletion';
import type { Place } from './completion';
import styles from './editor.module.css';
import { codeParts } from './highlight';

export interface Spans {
  /** The text that they are of: of another one they say nothing. */
  of: string;
  placeholders: Pick<PlaceholderSpan, 'key' | 'start' | 'end'>[];
  faults: Pick<ActionFault, 'start' | 'end' | 'message'>[];
}

export const setSpans = StateEffect.define<Spans>();

/** Colours of a longer text would be made anew at each key. */
const LONGEST_COLOURED = 50_000;

/** A place in a text, with something to see where it has no length. */
export function visibleRange(
  start: number,
  end: number,
  length: number,
): { from: number; to: number } | null {
  const from = Math.min(Math.max(0, start), length);
  const to = Math.min(Math.max(from, end), length);
  if (to > from) return { from, to };
  if (length === 0) return null;
  return from === 0 ? { from: 0, to: 1 } : { from: from - 1, to: from };
}

export const chipField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(chips, transaction) {
    let next = chips.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(setSpans) || effect.value.of !== transaction.newDoc.toString()) continue;
      next = Decoration.set(
        effect.value.placeholders.map(({ key, start, end }) =>
          Decoration.mark({ class: styles.chip ?? '', attributes: { 'data-key': key } }).range(start, end),
        ),
        true,
      );
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

const faultField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(faults, transaction) {
    let next = faults.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(setSpans) || effect.value.of !== transaction.newDoc.toString()) continue;
      const { length } = transaction.newDoc;
      const marks = effect.value.faults.flatMap(({ start, end, message }) => {
        const range = start === null ? null : visibleRange(start, end ?? start, length);
        return range
          ? [
              Decoration.mark({
                class: styles.fault ?? '',
                attributes: { title: plain(message), 'data-testid': 'template-fault' },
              }).range(range.from, range.to),
            ]
          : [];
      });
      next = Decoration.set(marks, true);
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

function colours(sql: boolean): Extension {
  const of = (state: EditorState): DecorationSet => {
    if (state.doc.length > LONGEST_COLOURED) return Decoration.none;
    const marks = codeParts(state.doc.toString(), sql).flatMap(({ kind, start, text }) =>
      kind === null
        ? []
        : [Decoration.mark({ attributes: { 'data-code': kind } }).range(start, start + text.length)],
    );
    return Decoration.set(marks);
  };
  return StateField.define<DecorationSet>({
    create: of,
    update: (marks, transaction) => (transaction.docChanged ? of(transaction.state) : marks),
    provide: (field) => EditorView.decorations.from(field),
  });
}

export interface TemplateOptions {
  label: string;
  testId: string;
  sql: boolean;
  onText: (text: string) => void;
  complete: (place: Place) => CompletionResult | null;
}

export function templateExtensions(options: TemplateOptions): Extension {
  return [
    EditorView.cspNonce.of(nonce()),
    history(),
    completing(({ state, pos, explicit }) =>
      options.complete({ text: state.doc.toString(), offset: pos, explicit }),
    ),
    // Tab leaves the editor, as it leaves every field; Ctrl Enter and F8 are the screen's.
    keymap.of([
      ...historyKeymap,
      ...defaultKeymap.filter((binding) => binding.key !== 'Mod-Enter' && binding.key !== 'Mod-/'),
    ]),
    EditorView.lineWrapping,
    colours(options.sql),
    chipField,
    faultField,
    phrases,
    typeOver,
    EditorState.tabSize.of(2),
    EditorView.contentAttributes.of({
      'aria-label': options.label,
      'data-testid': options.testId,
      spellcheck: 'false',
      autocorrect: 'off',
      autocapitalize: 'off',
    }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) options.onText(update.state.doc.toString());
    }),
    editorTheme,
  ];
}
