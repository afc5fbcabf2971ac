import type { ReactNode } from 'react';
import type { UrlRange } from '../../bindings/UrlRange';
import { plain } from '../../design/text';
import styles from './compare.module.css';

/** A text in which some ranges stand out: what was replaced, or what another text has otherwise. */
export function Marked({ text, ranges, testId }: { text: string; ranges: UrlRange[]; testId?: string }) {
  const pieces: ReactNode[] = [];
  let at = 0;
  for (const { start, end } of [...ranges].sort((a, b) => a.start - b.start)) {
    if (start < at || end <= start) continue;
    pieces.push(plain(text.slice(at, start)));
    pieces.push(
      <mark key={start} className={styles.mark}>
        {plain(text.slice(start, end))}
      </mark>,
    );
    at = end;
  }
  pieces.push(plain(text.slice(at)));
  return (
    <code className={styles.code} data-testid={testId} data-selectable>
      {pieces}
    </code>
  );
}

/** Where a text differs from another: what is left between their common start and their common end. */
export function differing(text: string, other: string): UrlRange {
  const shortest = Math.min(text.length, other.length);
  let start = 0;
  while (start < shortest && text[start] === other[start]) start += 1;
  let tail = 0;
  while (tail < shortest - start && text[text.length - 1 - tail] === other[other.length - 1 - tail])
    tail += 1;
  return { start, end: text.length - tail };
}
