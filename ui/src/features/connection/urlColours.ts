import { type Extension, StateField } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView } from '@codemirror/view';
import type { UrlTokenKind } from '../../bindings/UrlTokenKind';
import styles from './connection.module.css';
import { setInspection } from './urlEffects';

const CLASSES: Record<UrlTokenKind, string | undefined> = {
  scheme: styles.tokenScheme,
  punctuation: styles.tokenPunctuation,
  user: styles.tokenUser,
  secret: undefined,
  host: styles.tokenHost,
  port: styles.tokenPort,
  database: styles.tokenDatabase,
  option_name: styles.tokenName,
  option_value: styles.tokenValue,
  reference: styles.reference,
};

/** What each piece of the string is, as the engine read it; moved along until it has read the text again. */
export const urlColours: Extension = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(colours, transaction) {
    let next = colours.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(setInspection)) continue;
      const length = transaction.newDoc.length;
      const marks = effect.value.tokens.flatMap(({ kind, start, end }) => {
        const name = CLASSES[kind];
        return name && end > start && end <= length
          ? [Decoration.mark({ class: name }).range(start, end)]
          : [];
      });
      next = Decoration.set(marks, true);
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});
