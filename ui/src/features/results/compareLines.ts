/** The lines of a comparison: one for a row that only one side has, two for a row that differs. */
import { plain } from '../../design/text';
import { compared } from '../../text/results';
import type { RowHead } from './GridRow';
import { compactJson, cutAt, wholeText } from './values';

export interface DifferentRow {
  /** What both rows are known by. */
  key: unknown;
  left: unknown[];
  right: unknown[];
  /** The columns whose values differ. */
  cells: number[];
}

export interface Comparison {
  only_left: unknown[][];
  only_right: unknown[][];
  different: DifferentRow[];
  /** What the sides are called: their environments. */
  labels: { left: string; right: string };
}

export type Kinds = 'all' | 'different' | 'left' | 'right';

export interface ComparedLine {
  values: unknown[];
  head: RowHead;
}

const KEY_CHARACTERS = 60;

function keyText(key: unknown): string {
  const parts = Array.isArray(key) ? key : [key];
  const texts = parts.map((part) =>
    typeof part === 'object' && part !== null ? compactJson(part, KEY_CHARACTERS) : wholeText(part),
  );
  return plain(cutAt(texts.join(', '), KEY_CHARACTERS));
}

export function linesOf(comparison: Comparison, kinds: Kinds): ComparedLine[] {
  const { only_left, only_right, different, labels } = comparison;
  const lines: ComparedLine[] = [];
  if (kinds === 'all' || kinds === 'different')
    for (const { key, left, right, cells } of different) {
      const marks = new Set(cells);
      const name = keyText(key);
      for (const [tone, values] of [
        ['left', left],
        ['right', right],
      ] as const) {
        const side = plain(labels[tone]);
        const head = {
          text: side,
          label: name === '' ? side : `${side}, ${name}`,
          tone,
          marks,
          joined: tone === 'right',
        };
        lines.push({ values, head });
      }
    }
  for (const [tone, rows] of [
    ['left', only_left],
    ['right', only_right],
  ] as const) {
    if (kinds !== 'all' && kinds !== tone) continue;
    const only = compared.headOnly(plain(labels[tone]));
    const head: RowHead = { text: only, label: only, tone, marks: null, joined: false };
    for (const values of rows) lines.push({ values, head });
  }
  return lines;
}
