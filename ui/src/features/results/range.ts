/** Where the cursor of a grid is and what is selected. Row -1 is the headings; the row behind the last one asks for more. */
import { type Bounds, move, type Position, settle } from '../matrix/keyboard';

export interface Cursor {
  position: Position;
  /** Where the selection began; null where only the cursor's cell is meant. */
  anchor: Position | null;
}

export const START: Cursor = { position: { row: 0, column: 0 }, anchor: null };

/** A rectangle of cells, its ends included. */
export interface Range {
  top: number;
  bottom: number;
  left: number;
  right: number;
}

export interface Extent {
  rows: number;
  columns: number;
  /** Rows that fit the window. */
  page: number;
  /** Whether a row that asks for more stands at the end. */
  more: boolean;
}

function boundsOf(extent: Extent): Bounds {
  return { rows: extent.rows + (extent.more ? 1 : 0), columns: extent.columns, page: extent.page, first: 0 };
}

/** The nearest place that there is. */
export function settled(position: Position, extent: Extent): Position {
  return settle(position, boundsOf(extent));
}

/** Where a key leads, or null when it is no key of movement. Jumps end at the last row that has values. */
export function step(from: Position, key: string, control: boolean, extent: Extent): Position | null {
  const next = move(from, key, control, boundsOf(extent));
  if (!next || next.row < extent.rows || extent.rows === 0) return next;
  const single = !control && (key === 'ArrowDown' || from.row >= extent.rows);
  return single ? next : { row: extent.rows - 1, column: next.column };
}

/** The cells between the cursor and where the selection began; null in the headings and behind the rows. */
export function rangeOf(cursor: Cursor, extent: Extent): Range | null {
  const from = cursor.anchor ?? cursor.position;
  const to = cursor.position;
  const top = Math.max(0, Math.min(from.row, to.row));
  const bottom = Math.min(extent.rows - 1, Math.max(from.row, to.row));
  if (bottom < top || extent.columns === 0) return null;
  return {
    top,
    bottom,
    left: Math.min(from.column, to.column),
    right: Math.min(extent.columns - 1, Math.max(from.column, to.column)),
  };
}

/** What is left of a range when there are fewer rows than there were. */
export function within(range: Range | null, rows: number): Range | null {
  if (!range || range.top >= rows) return null;
  return range.bottom < rows ? range : { ...range, bottom: rows - 1 };
}

export function everything(extent: Extent): Range {
  return { top: 0, bottom: extent.rows - 1, left: 0, right: extent.columns - 1 };
}

/** The cursor that stands for a range; its last corner stays in sight. */
export function cursorOf(range: Range, position: Position): Cursor {
  const atTop = position.row <= range.top;
  const atLeft = position.column <= range.left;
  return {
    position: { row: atTop ? range.top : range.bottom, column: atLeft ? range.left : range.right },
    anchor: { row: atTop ? range.bottom : range.top, column: atLeft ? range.right : range.left },
  };
}
