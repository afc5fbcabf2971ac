import { memo } from 'react';
import type { ColumnView } from '../../bindings/ColumnView';
import { results as text } from '../../text/results';
import styles from './results.module.css';
import { faceOf, kindOfType } from './values';

/** What a comparison says of a row. */
export interface RowHead {
  /** In the place of the row's number. */
  text: string;
  /** For who listens. */
  label: string;
  tone: 'left' | 'right';
  /** Columns whose values differ from the other side's. */
  marks: ReadonlySet<number> | null;
  /** Whether it is the second of two that belong together. */
  joined: boolean;
}

export function cellId(prefix: string, row: number, column: number): string {
  return `${prefix}-${row}-${column}`;
}

interface RowProps {
  prefix: string;
  index: number;
  values: readonly unknown[];
  columns: readonly ColumnView[];
  /** Whether each column stands at the right. */
  numbers: readonly boolean[];
  widths: readonly number[];
  head: RowHead | null;
  /** The columns that are in the document. */
  firstColumn: number;
  lastColumn: number;
  /** Room of the columns before them, in pixels. */
  before: number;
  /** -1 where the cursor is in another row. */
  currentColumn: number;
  /** The selected columns; -1 where the row has none. */
  selectedFrom: number;
  selectedTo: number;
}

/** Memoised by hand, as the grid draws again with every step of a scroll and its rows must not. */
export const GridRow = memo(function GridRow(props: RowProps) {
  const { prefix, index, values, columns, numbers, widths, head, selectedFrom, selectedTo } = props;
  const cells = [];
  for (let column = props.firstColumn; column <= props.lastColumn; column += 1) {
    const face = faceOf(values[column], kindOfType(columns[column]?.type ?? ''));
    const marked = head?.marks?.has(column) ?? false;
    cells.push(
      <div
        key={column}
        id={cellId(prefix, index, column)}
        role="gridcell"
        aria-colindex={column + 2}
        aria-selected={column >= selectedFrom && column <= selectedTo}
        aria-label={label(face.kind, face.text, marked)}
        className={styles.cell}
        data-column={column}
        data-kind={face.kind}
        data-right={numbers[column] || undefined}
        data-current={props.currentColumn === column || undefined}
        data-selected={(column >= selectedFrom && column <= selectedTo) || undefined}
        data-marked={marked || undefined}
        style={{ width: widths[column] }}
      >
        {face.cut ? `${face.text}…` : face.text}
      </div>,
    );
  }
  return (
    <div
      className={styles.line}
      role="row"
      aria-rowindex={index + 2}
      data-row={index}
      data-tone={head?.tone}
      data-joined={head?.joined || undefined}
    >
      <div
        role="rowheader"
        aria-colindex={1}
        className={styles.number}
        data-column={-1}
        aria-label={head?.label}
      >
        {head ? head.text : index + 1}
      </div>
      <div style={{ width: props.before }} className={styles.spacer} />
      {cells}
    </div>
  );
});

/** Said only where what is written does not say it. */
function label(kind: string, shown: string, marked: boolean): string | undefined {
  const said = kind === 'null' ? text.null : shown === '' ? text.empty : undefined;
  return marked ? `${said ?? shown}, ${text.marked}` : said;
}
