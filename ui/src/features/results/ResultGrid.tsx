import { ArrowDown, ArrowUp, ArrowUpDown, Copy, Eye, MoveHorizontal } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { ColumnView } from '../../bindings/ColumnView';
import { Button } from '../../design/Button';
import { Icon } from '../../design/Icon';
import { ProgressBar, useSlow } from '../../design/Layout';
import { type Action, MenuButton } from '../../design/Menu';
import { common } from '../../text/common';
import { results as text } from '../../text/results';
import type { Position } from '../matrix/keyboard';
import { CellViewer, type Viewed } from './CellViewer';
import { DataGrid } from './DataGrid';
import { type Range, rangeOf, within } from './range';
import styles from './results.module.css';
import { nextSort, type Sort } from './sort';
import { type Copying, type Source, useCopy } from './useCopy';
import { useOrder } from './useOrder';

export interface ResultGridProps {
  columns: ColumnView[];
  /** What was fetched so far. Another list whenever rows come. */
  rows: unknown[][];
  /** Whether the server has more. */
  more: boolean;
  onMore: () => void;
  /** Whether rows are on their way. */
  busy: boolean;
  testId: string;
  /** The language of the database's templates, for statements; without, INSERT is not offered. */
  dialect?: string;
  /** The table that statements name. */
  table?: string;
  label?: string;
}

/** Another result with the same columns keeps widths and order; other columns begin anew. */
export function ResultGrid(props: ResultGridProps) {
  const signature = JSON.stringify(props.columns);
  return <Result key={signature} {...props} />;
}

function Result(props: ResultGridProps) {
  const { rows, more, busy } = props;
  const [columns] = useState(props.columns);
  const [sort, setSort] = useState<Sort | null>(null);
  const [selected, setSelected] = useState<Range | null>(null);
  const [viewed, setViewed] = useState<Viewed | null>(null);
  const slow = useSlow(busy);
  const order = useOrder(rows, sort, busy);
  const selection = within(selected, rows.length);
  const rowAt = (place: number): readonly unknown[] => rows[order?.[place] ?? place] ?? [];
  const source: Source = { columns, rows: rows.length, row: rowAt };
  const copy = useCopy(source, { dialect: props.dialect, table: props.table });
  const view = (row: number, column: number) =>
    setViewed({
      value: rowAt(row)[column],
      column: columns[column] ?? { name: '', type: '' },
      row: String(row + 1),
    });

  const menu = (place: Position, range: Range | null, fit: () => void) => {
    if (place.row >= rows.length) return null;
    if (place.row >= 0)
      return { label: text.cellMenu, actions: cellActions(place, range, copy.rangeActions, view) };
    return {
      label: text.headerMenu(copy.nameOf(place.column)),
      actions: headerActions(place.column, setSort, () => copy.copyName(place.column), fit),
    };
  };

  return (
    <div className={styles.frame}>
      <DataGrid
        label={props.label ?? text.label}
        testId={props.testId}
        columns={columns}
        rows={rows}
        order={order}
        sort={sort}
        onSort={(column) => setSort(nextSort(sort, column))}
        more={
          more ? { label: slow ? text.fetching : text.more, ask: () => !busy && props.onMore() } : undefined
        }
        busy={busy}
        onOpen={view}
        onCopy={copy.copyRange}
        onCopyName={copy.copyName}
        onSelection={setSelected}
        menu={menu}
      >
        {rows.length === 0 && !busy && !more ? (
          <p className={styles.nothing} data-testid="result-none">
            {text.noRows}
          </p>
        ) : null}
      </DataGrid>
      <GridFoot
        status={text.rows(rows.length, more)}
        selection={selection}
        menu={copy.menu(selection)}
        copying={copy.copying}
        onCancel={copy.cancel}
      >
        {sort ? (
          <>
            <span role="status">{text.sorted(copy.nameOf(sort.column), sort.direction)}</span>
            <Button look="quiet" small onPress={() => setSort(null)} data-testid="result-unsort">
              {text.unsort}
            </Button>
          </>
        ) : null}
      </GridFoot>
      {viewed ? <CellViewer viewed={viewed} onClose={() => setViewed(null)} /> : null}
    </div>
  );
}

/** What a cell can do. */
export function cellActions(
  place: Position,
  range: Range | null,
  rangeActions: (range: Range) => Action[],
  view: (row: number, column: number) => void,
): Action[] {
  const here =
    range ??
    rangeOf(
      { position: place, anchor: null },
      { rows: place.row + 1, columns: place.column + 1, page: 1, more: false },
    );
  return [
    {
      id: 'open-value',
      label: text.open,
      icon: Eye,
      keys: 'Enter',
      run: () => view(place.row, place.column),
    },
    ...(here ? rangeActions(here).map((action, at) => ({ ...action, apart: at === 0 })) : []),
  ];
}

function headerActions(
  column: number,
  setSort: (sort: Sort | null) => void,
  copyName: () => void,
  fit: () => void,
): Action[] {
  return [
    {
      id: 'sort-ascending',
      label: text.sortAscending,
      icon: ArrowUp,
      run: () => setSort({ column, direction: 'ascending' }),
    },
    {
      id: 'sort-descending',
      label: text.sortDescending,
      icon: ArrowDown,
      run: () => setSort({ column, direction: 'descending' }),
    },
    { id: 'sort-none', label: text.unsort, icon: ArrowUpDown, run: () => setSort(null) },
    { id: 'fit', label: text.fit, icon: MoveHorizontal, apart: true, run: fit },
    { id: 'copy-name', label: text.copyName, icon: Copy, run: copyName },
  ];
}

/** The line below a grid: how much there is, what is selected, and the menu for copying. */
export function GridFoot(props: {
  status: string;
  selection: Range | null;
  menu: Action[];
  copying: Copying | null;
  onCancel: () => void;
  children?: ReactNode;
}) {
  const { selection, copying } = props;
  const slow = useSlow(copying !== null);
  return (
    <div className={styles.foot}>
      <span data-testid="result-count">{props.status}</span>
      {props.children}
      <span className={styles.footEnd} role="status" data-testid="result-selection">
        {selection
          ? text.selected(selection.bottom - selection.top + 1, selection.right - selection.left + 1)
          : null}
      </span>
      {copying && slow ? (
        <>
          <ProgressBar label={text.copying} value={copying.rows} total={copying.total} />
          {copying.characters > 1_000_000 ? (
            <span data-testid="result-copy-size">{text.copiedSize(copying.characters)}</span>
          ) : null}
          <Button small look="quiet" onPress={props.onCancel} data-testid="result-copy-cancel">
            {common.cancel}
          </Button>
        </>
      ) : null}
      <MenuButton
        label={text.copyMenu}
        actions={props.menu}
        button={
          <Button small look="quiet" isDisabled={copying !== null} data-testid="result-copy">
            <Icon of={Copy} small />
            {text.copy}
          </Button>
        }
      />
    </div>
  );
}
