/** Where the cursor of the matrix is. Row -1 is the header, column -1 the names of the databases. */
export interface Position {
  row: number;
  column: number;
}

export interface Bounds {
  rows: number;
  columns: number;
  /** Rows that fit the window. */
  page: number;
  /** The first column: -1, where rows have names, if it is not said. */
  first?: number;
}

const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value));

/** Where a key leads, or null when it is no key of movement. Home and End run along the row, with Ctrl to the corners. */
export function move(from: Position, key: string, control: boolean, bounds: Bounds): Position | null {
  const lastRow = bounds.rows - 1;
  const lastColumn = bounds.columns - 1;
  const first = bounds.first ?? -1;
  let { row, column } = from;
  switch (key) {
    case 'ArrowUp':
      row = control ? 0 : row - 1;
      break;
    case 'ArrowDown':
      row = control ? lastRow : row + 1;
      break;
    case 'ArrowLeft':
      column = control ? first : column - 1;
      break;
    case 'ArrowRight':
      column = control ? lastColumn : column + 1;
      break;
    case 'Home':
      column = first;
      if (control) row = 0;
      break;
    case 'End':
      column = lastColumn;
      if (control) row = lastRow;
      break;
    case 'PageUp':
      row = Math.max(0, row - bounds.page);
      break;
    case 'PageDown':
      row += bounds.page;
      break;
    default:
      return null;
  }
  return settle({ row, column }, bounds);
}

/** The nearest place that exists: the corner above the names holds nothing. */
export function settle(position: Position, bounds: Bounds): Position {
  const column = clamp(position.column, bounds.first ?? -1, bounds.columns - 1);
  let row = clamp(position.row, -1, bounds.rows - 1);
  if (row === -1 && column === -1) row = bounds.rows > 0 ? 0 : -1;
  return { row, column };
}

/** A cell's name in a selection. */
export function cellKey(databaseId: string, slug: string): string {
  return `${databaseId}/${slug}`;
}

export function splitKey(key: string): { databaseId: string; slug: string } {
  const cut = key.indexOf('/');
  return { databaseId: key.slice(0, cut), slug: key.slice(cut + 1) };
}

/** Every cell of the rectangle between two positions; a name stands for its row, a header for its column. */
export function rectangle(from: Position, to: Position, databaseIds: string[], slugs: string[]): string[] {
  const wholeRow = from.column === -1 || to.column === -1;
  const wholeColumn = from.row === -1 || to.row === -1;
  const top = wholeColumn ? 0 : Math.min(from.row, to.row);
  const bottom = wholeColumn ? databaseIds.length - 1 : Math.max(from.row, to.row);
  const left = wholeRow ? 0 : Math.min(from.column, to.column);
  const right = wholeRow ? slugs.length - 1 : Math.max(from.column, to.column);
  const keys: string[] = [];
  for (let row = top; row <= bottom; row += 1) {
    for (let column = left; column <= right; column += 1) {
      const databaseId = databaseIds[row];
      const slug = slugs[column];
      if (databaseId !== undefined && slug !== undefined) keys.push(cellKey(databaseId, slug));
    }
  }
  return keys;
}

/** Selected if any of them was not, else all let go. */
export function toggle(selection: ReadonlySet<string>, keys: string[]): Set<string> {
  const next = new Set(selection);
  const all = keys.every((key) => next.has(key));
  for (const key of keys) {
    if (all) next.delete(key);
    else next.add(key);
  }
  return next;
}
