import { createStore } from '../../app/store';
import type { Position } from './keyboard';

/** Shared by the grid, the top bar ("test selection") and the palette. */
export const cursor = createStore<{
  position: Position;
  /** The other corner of a range that Shift extends. */
  anchor: Position | null;
  selection: ReadonlySet<string>;
  /** What the cursor is on: kept by name, as rows move when the filter changes. */
  databaseId: string | null;
  slug: string | null;
}>({ position: { row: 0, column: 0 }, anchor: null, selection: new Set(), databaseId: null, slug: null });
