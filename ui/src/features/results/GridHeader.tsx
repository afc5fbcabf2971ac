import { ArrowDown, ArrowUp } from 'lucide-react';
import { memo } from 'react';
import type { ColumnView } from '../../bindings/ColumnView';
import { Icon } from '../../design/Icon';
import { classes, plain } from '../../design/text';
import { cellId } from './GridRow';
import styles from './results.module.css';
import type { Sort } from './sort';
import { cutAt } from './values';

const LONGEST = 200;

/** The headings of the columns that are in the document. */
export const GridHeader = memo(function GridHeader(props: {
  prefix: string;
  columns: readonly ColumnView[];
  numbers: readonly boolean[];
  widths: readonly number[];
  firstColumn: number;
  lastColumn: number;
  /** Room of the columns before them, in pixels. */
  before: number;
  sortColumn: number;
  direction: Sort['direction'] | null;
  sortable: boolean;
  corner: string;
  currentColumn: number;
}) {
  const { prefix, columns } = props;
  const cells = [];
  for (let column = props.firstColumn; column <= props.lastColumn; column += 1) {
    const { name, type } = columns[column] as ColumnView;
    const direction = props.sortColumn === column ? props.direction : null;
    const shown = plain(cutAt(name, LONGEST));
    cells.push(
      <div
        key={column}
        id={cellId(prefix, -1, column)}
        role="columnheader"
        aria-colindex={column + 2}
        aria-sort={props.sortable ? (direction ?? 'none') : undefined}
        className={classes(styles.header, props.numbers[column] && styles.headerRight)}
        data-header={column}
        data-current={props.currentColumn === column || undefined}
        data-testid={`result-column-${column}`}
        title={`${shown}\n${plain(type)}`}
        style={{ width: props.widths[column] }}
      >
        <span className={styles.headerText}>
          <span className={styles.headerName}>{shown}</span>
          <span className={styles.headerType}>{plain(type)}</span>
        </span>
        <span className={styles.direction}>
          {direction ? <Icon of={direction === 'ascending' ? ArrowUp : ArrowDown} small /> : null}
        </span>
        <span className={styles.resize} data-resize={column} />
      </div>,
    );
  }
  return (
    <div className={styles.headers} role="row" aria-rowindex={1}>
      <div role="columnheader" aria-colindex={1} className={styles.corner}>
        <span className="visually-hidden">{props.corner}</span>
      </div>
      <div style={{ width: props.before }} className={styles.spacer} />
      {cells}
    </div>
  );
});
