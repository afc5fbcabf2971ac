/** The editor of statements: that of templates, with each statement’s number beside it and warnings at their place. */
import { type Extension, RangeSet, RangeSetBuilder, StateEffect, StateField } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, GutterMarker, gutter } from '@codemirror/view';
import { plain } from '../../design/text';
import { visibleRange } from '../actions/templateEditor';
import styles from './editor.module.css';

export interface Warned {
  start: number;
  end: number;
  message: string;
  destructive: boolean;
  waived: boolean;
}

export interface Statements {
  /** The text that they are of: of another one they say nothing. */
  of: string;
  /** Where each begins, in order. */
  starts: number[];
  warnings: Warned[];
}

export const setStatements = StateEffect.define<Statements>();

class NumberMarker extends GutterMarker {
  readonly number: number;
  constructor(number: number) {
    super();
    this.number = number;
  }
  override eq(other: NumberMarker): boolean {
    return other.number === this.number;
  }
  override toDOM(): Node {
    return document.createTextNode(String(this.number));
  }
}

/** Where each statement begins; numbers of statements that begin on one line are that of the first. */
const numbers = StateField.define<RangeSet<GutterMarker>>({
  create: () => RangeSet.empty,
  update(marks, transaction) {
    let next = marks.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(setStatements) || effect.value.of !== transaction.newDoc.toString()) continue;
      const builder = new RangeSetBuilder<GutterMarker>();
      let last = -1;
      for (const [index, start] of effect.value.starts.entries()) {
        const { from } = transaction.newDoc.lineAt(Math.min(start, transaction.newDoc.length));
        if (from > last) builder.add(from, from, new NumberMarker(index + 1));
        last = Math.max(last, from);
      }
      next = builder.finish();
    }
    return next;
  },
});

const warnings = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    let next = marks.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(setStatements) || effect.value.of !== transaction.newDoc.toString()) continue;
      const { length } = transaction.newDoc;
      next = Decoration.set(
        effect.value.warnings.flatMap(({ start, end, message, destructive, waived }) => {
          const range = waived ? null : visibleRange(start, end, length);
          return range
            ? [
                Decoration.mark({
                  class: destructive ? (styles.destructive ?? '') : (styles.warned ?? ''),
                  attributes: { title: plain(message), 'data-testid': 'statement-warning' },
                }).range(range.from, range.to),
              ]
            : [];
        }),
        true,
      );
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

export const statementExtensions: Extension = [
  numbers,
  warnings,
  gutter({
    class: styles.gutter ?? '',
    markers: (view) => view.state.field(numbers),
    initialSpacer: () => new NumberMarker(88),
  }),
  EditorView.theme({
    '.cm-gutters': { backgroundColor: 'transparent', border: 'none', color: 'var(--ink-faint)' },
  }),
];
