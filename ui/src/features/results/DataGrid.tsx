import { useVirtualizer } from '@tanstack/react-virtual';
import {
  type KeyboardEvent,
  type MouseEvent,
  type PointerEvent,
  type ReactNode,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { withCommand } from '../../app/platformKeys';
import type { ColumnView } from '../../bindings/ColumnView';
import { type Action, MenuAt } from '../../design/Menu';
import { scaled } from '../../design/metrics';
import { results as text } from '../../text/results';
import type { Position } from '../matrix/keyboard';
import { GridHeader } from './GridHeader';
import { cellId, GridRow, type RowHead } from './GridRow';
import { type Cursor, cursorOf, everything, type Range, rangeOf, START, settled, step } from './range';
import styles from './results.module.css';
import type { Sort } from './sort';
import { RESIZE_STEP, useNumbers, useWidths } from './widths';

const OVERSCAN = 6;
const COLUMN_OVERSCAN = 2;

export interface DataGridProps {
  label: string;
  testId: string;
  /** Always the same list while the result is the same. */
  columns: readonly ColumnView[];
  rows: readonly unknown[][];
  /** The order in which the rows are shown; null where it is their own. */
  order: Uint32Array | null;
  head?: (place: number) => RowHead | null;
  /** The heading above the rows' numbers or heads. */
  corner?: string;
  /** Characters of the widest head. */
  headPlaces?: number;
  sort?: Sort | null;
  onSort?: (column: number) => void;
  more?: { label: string; ask: () => void } | undefined;
  busy?: boolean;
  onOpen: (row: number, column: number) => void;
  onCopy: (range: Range) => void;
  onCopyName: (column: number) => void;
  /** Told of every change, and of null where nothing but the cursor is there. */
  onSelection: (range: Range | null) => void;
  menu: (
    place: Position,
    range: Range | null,
    fit: () => void,
  ) => { label: string; actions: Action[] } | null;
  children?: ReactNode;
}

/**
 * A grid that is virtual in both directions. It keeps the focus itself and names its cell by aria-activedescendant: rows
 * that scroll out of sight leave the document, and focus must not leave with them.
 */
export function DataGrid(props: DataGridProps) {
  'use no memo'; // useVirtualizer answers a mutable object, which the compiler would take for a constant
  const { columns, rows, order, more } = props;
  const grid = useRef<HTMLDivElement>(null);
  const anchor = useRef<HTMLDivElement>(null);
  const drag = useRef<{ column: number; from: number; width: number } | null>(null);
  const selecting = useRef(false);
  const prefix = useId();
  const [cursor, setCursor] = useState<Cursor>(START);
  const [menu, setMenu] = useState<{ label: string; actions: Action[]; x: number; y: number } | null>(null);

  const rowHeight = scaled(26);
  const headerHeight = scaled(44);
  const numberWidth = scaled(Math.max(4, props.headPlaces ?? String(rows.length).length) * 7.4 + 18);
  const at = (place: number): unknown[] => rows[order?.[place] ?? place] ?? [];
  const virtual = useVirtualizer({
    count: rows.length + (more ? 1 : 0),
    getScrollElement: () => grid.current,
    estimateSize: () => rowHeight,
    overscan: OVERSCAN,
  });
  const shown = virtual.getVirtualItems();
  const { widths, starts, resize, fitTo } = useWidths(columns, rows, () =>
    shown.filter((item) => item.index < rows.length).map((item) => at(item.index)),
  );
  const across = useVirtualizer({
    horizontal: true,
    count: columns.length,
    getScrollElement: () => grid.current,
    estimateSize: (column) => widths[column] ?? 0,
    overscan: COLUMN_OVERSCAN,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: measured again when the height of a row changes
  useEffect(() => virtual.measure(), [rowHeight]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: measured again when a column's width changes
  useLayoutEffect(() => across.measure(), [widths]);

  const extent = {
    rows: rows.length,
    columns: columns.length,
    page: Math.max(1, Math.floor(((grid.current?.clientHeight ?? 400) - headerHeight) / rowHeight) - 1),
    more: more !== undefined,
  };
  const current = settled(cursor.position, extent);
  const range = rangeOf(
    { position: current, anchor: cursor.anchor && settled(cursor.anchor, extent) },
    extent,
  );
  const selection = cursor.anchor ? range : null;
  const numbers = useNumbers(columns, rows);

  const put = (next: Cursor) => {
    setCursor(next);
    props.onSelection(next.anchor ? rangeOf(next, extent) : null);
  };
  const goTo = (next: Position, extend: boolean) => {
    put({ position: next, anchor: extend ? (cursor.anchor ?? current) : null });
    reveal(next);
  };

  const reveal = (place: Position) => {
    const element = grid.current;
    if (!element) return;
    if (place.row >= 0) {
      const top = place.row * rowHeight;
      const room = element.clientHeight - headerHeight;
      if (top < element.scrollTop) element.scrollTop = top;
      else if (top + rowHeight > element.scrollTop + room) element.scrollTop = top + rowHeight - room;
    }
    const [left, right] = [starts[place.column] ?? 0, starts[place.column + 1] ?? 0];
    const room = element.clientWidth - numberWidth;
    if (right > element.scrollLeft + room) element.scrollLeft = right - room;
    if (left < element.scrollLeft) element.scrollLeft = left;
  };

  const activate = (place: Position) => {
    if (place.row === rows.length) more?.ask();
    else if (place.row < 0) props.onSort?.(place.column);
    else if (place.column < columns.length && place.row < rows.length) props.onOpen(place.row, place.column);
  };

  const openMenu = (place: Position, point?: { x: number; y: number }) => {
    const inside = selection && inRange(selection, place) ? selection : null;
    const found = props.menu(place, inside, () => fitTo(place.column));
    if (!found || found.actions.length === 0) return;
    const box = document.getElementById(cellId(prefix, place.row, place.column))?.getBoundingClientRect();
    setMenu({ ...found, x: point?.x ?? (box ? box.left + 12 : 0), y: point?.y ?? box?.bottom ?? 0 });
  };

  const copyHere = () => {
    if (current.row < 0) props.onCopyName(current.column);
    else if (range) props.onCopy(range);
  };

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.target !== event.currentTarget || event.altKey) return;
    if (handleKey(event)) event.preventDefault();
  };

  const handleKey = (event: KeyboardEvent): boolean => {
    const { key, shiftKey } = event;
    const control = event.ctrlKey || event.metaKey;
    if (control && shiftKey && (key === 'ArrowLeft' || key === 'ArrowRight')) {
      const width = widths[current.column] ?? 0;
      resize(current.column, width + (key === 'ArrowRight' ? RESIZE_STEP : -RESIZE_STEP));
      return true;
    }
    const next = step(current, key, control, extent);
    if (next) {
      goTo(next, shiftKey);
      return true;
    }
    if (key === 'ContextMenu' || (shiftKey && key === 'F10')) openMenu(current);
    else if (key === ' ') selectWhole(control, shiftKey);
    else if (withCommand(event)) return commandKey(key.toLowerCase());
    else if (control) return false;
    else if (key === 'Enter') activate(current);
    else if (key === 'm' && more) more.ask();
    else if (key === 'Escape' && cursor.anchor) put({ position: current, anchor: null });
    else return false;
    return true;
  };

  const commandKey = (key: string): boolean => {
    if (key === 'a') {
      if (rows.length > 0) put(cursorOf(everything(extent), current));
    } else if (key === 'c') copyHere();
    else return false;
    return true;
  };

  /** Shift for whole rows, Ctrl for whole columns, as in every spreadsheet. */
  const selectWhole = (column: boolean, row: boolean) => {
    if (!range || (!column && !row)) return;
    const all = everything(extent);
    put(
      cursorOf(
        {
          top: column ? all.top : range.top,
          bottom: column ? all.bottom : range.bottom,
          left: row ? all.left : range.left,
          right: row ? all.right : range.right,
        },
        current,
      ),
    );
  };

  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    const edge = edgeOf(event.target);
    if (edge !== null && event.button === 0) {
      drag.current = { column: edge, from: event.clientX, width: widths[edge] ?? 0 };
      event.currentTarget.setPointerCapture(event.pointerId);
      event.preventDefault();
      return;
    }
    const place = placeOf(event.target);
    if (!place || place.row < 0 || event.button !== 0) return;
    if (place.row >= rows.length) return;
    if (place.column < 0) {
      const from = event.shiftKey ? (cursor.anchor ?? current).row : place.row;
      put({
        position: { row: place.row, column: columns.length - 1 },
        anchor: { row: from, column: 0 },
      });
      return;
    }
    selecting.current = true;
    goTo(place, event.shiftKey);
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    if (drag.current) {
      resize(drag.current.column, drag.current.width + event.clientX - drag.current.from);
      return;
    }
    if (!selecting.current || event.buttons !== 1) return;
    const place = placeOf(event.target);
    if (!place || place.row < 0 || place.column < 0 || place.row >= rows.length) return;
    if (place.row !== current.row || place.column !== current.column) goTo(place, true);
  };
  const onPointerEnd = () => {
    drag.current = null;
    selecting.current = false;
  };

  const onClick = (event: MouseEvent<HTMLDivElement>) => {
    if (edgeOf(event.target) !== null) return;
    const place = placeOf(event.target);
    if (!place || (place.row >= 0 && place.row < rows.length)) return;
    goTo(place, false);
    activate(place);
  };
  const onDoubleClick = (event: MouseEvent<HTMLDivElement>) => {
    const edge = edgeOf(event.target);
    const place = placeOf(event.target);
    if (edge !== null) fitTo(edge);
    else if (place && place.row >= 0 && place.row < rows.length && place.column >= 0) activate(place);
  };
  const onContextMenu = (event: MouseEvent<HTMLDivElement>) => {
    const place = placeOf(event.target);
    if (!place || place.column < 0) return;
    event.preventDefault();
    grid.current?.focus();
    if (!selection || !inRange(selection, place)) goTo(place, false);
    openMenu(place, { x: event.clientX, y: event.clientY });
  };

  // Rows that leave at one end come back at the other: their elements are moved and filled anew, not made anew.
  const slots = Math.ceil((grid.current?.clientHeight ?? 1200) / rowHeight) + 2 * OVERSCAN + 2;
  const before = shown[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (shown.at(-1)?.end ?? 0);
  const columnsShown = across.getVirtualItems();
  const first = columnsShown[0]?.index ?? 0;
  const last = columnsShown.at(-1)?.index ?? -1;
  const inDocument =
    current.row < 0
      ? current.column >= first && current.column <= last
      : current.row === rows.length ||
        (shown.some((item) => item.index === current.row) &&
          current.column >= first &&
          current.column <= last);
  return (
    <>
      <div
        ref={grid}
        role="grid"
        // What a server sent keeps its order of columns, whichever way the window's own lines run.
        dir="ltr"
        tabIndex={0}
        className={styles.grid}
        aria-label={props.label}
        aria-rowcount={extent.rows + (more ? 2 : 1)}
        aria-colcount={columns.length + 1}
        aria-multiselectable
        aria-busy={props.busy || undefined}
        aria-activedescendant={
          inDocument ? cellId(prefix, current.row, idColumn(current, rows.length)) : undefined
        }
        data-testid={props.testId}
        style={{ '--number': `${numberWidth}px`, '--content': `${starts.at(-1) ?? 0}px` }}
        onKeyDown={onKeyDown}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerEnd}
        onPointerCancel={onPointerEnd}
        onClick={onClick}
        onDoubleClick={onDoubleClick}
        onContextMenu={onContextMenu}
      >
        <div className={styles.body} role="rowgroup">
          <GridHeader
            prefix={prefix}
            columns={columns}
            numbers={numbers}
            widths={widths}
            firstColumn={first}
            lastColumn={last}
            before={starts[first] ?? 0}
            sortColumn={props.sort?.column ?? -1}
            direction={props.sort?.direction ?? null}
            sortable={props.onSort !== undefined}
            corner={props.corner ?? text.rowNumber}
            currentColumn={current.row === -1 ? current.column : -1}
          />
          <div style={{ height: before }} />
          {shown.map((item) =>
            item.index === rows.length ? (
              <MoreRow
                key="more"
                id={cellId(prefix, rows.length, 0)}
                index={rows.length}
                label={more?.label ?? ''}
                current={current.row === rows.length}
              />
            ) : (
              <GridRow
                key={item.index % slots}
                prefix={prefix}
                index={item.index}
                values={at(item.index)}
                columns={columns}
                numbers={numbers}
                widths={widths}
                head={props.head?.(item.index) ?? null}
                firstColumn={first}
                lastColumn={last}
                before={starts[first] ?? 0}
                currentColumn={current.row === item.index ? current.column : -1}
                selectedFrom={selection && rowIn(selection, item.index) ? selection.left : -1}
                selectedTo={selection && rowIn(selection, item.index) ? selection.right : -1}
              />
            ),
          )}
          <div style={{ height: Math.max(0, after) }} />
        </div>
        {props.children}
      </div>
      <div ref={anchor} style={{ position: 'fixed', left: menu?.x ?? 0, top: menu?.y ?? 0 }} />
      {menu ? (
        <MenuAt
          key={`${menu.x}-${menu.y}`}
          anchor={anchor}
          label={menu.label}
          actions={menu.actions}
          returnTo={grid}
          onClose={() => setMenu(null)}
        />
      ) : null}
    </>
  );
}

function MoreRow(props: { id: string; index: number; label: string; current: boolean }) {
  return (
    <div className={styles.line} role="row" aria-rowindex={props.index + 2} data-row={props.index}>
      <div
        id={props.id}
        role="gridcell"
        aria-colindex={1}
        className={styles.more}
        data-column={0}
        data-current={props.current || undefined}
        data-testid="result-more"
      >
        {props.label} <kbd className={styles.key}>{text.moreKey}</kbd>
      </div>
    </div>
  );
}

function idColumn(place: Position, moreRow: number): number {
  return place.row === moreRow ? 0 : place.column;
}

function rowIn(range: Range, row: number): boolean {
  return row >= range.top && row <= range.bottom;
}

function inRange(range: Range, place: Position): boolean {
  return rowIn(range, place.row) && place.column >= range.left && place.column <= range.right;
}

function placeOf(target: EventTarget | null): Position | null {
  const element =
    target instanceof Element ? target.closest<HTMLElement>('[data-column],[data-header]') : null;
  if (!element) return null;
  if (element.dataset.header !== undefined) return { row: -1, column: Number(element.dataset.header) };
  const row = element.closest<HTMLElement>('[data-row]')?.dataset.row;
  return row === undefined ? null : { row: Number(row), column: Number(element.dataset.column) };
}

/** The column whose edge is meant. */
function edgeOf(target: EventTarget | null): number | null {
  const column =
    target instanceof Element ? target.closest<HTMLElement>('[data-resize]')?.dataset.resize : undefined;
  return column === undefined ? null : Number(column);
}
