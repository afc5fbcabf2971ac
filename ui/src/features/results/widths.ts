/** Widths of columns: what the content wants, or what a person drew them to. */
import { useMemo, useState } from 'react';
import type { ColumnView } from '../../bindings/ColumnView';
import { scaled } from '../../design/metrics';
import { isNumberColumn, wantedPlaces } from './values';

/** Of a cell's text at 13 pixels: a character of the monospaced face, and the room at both sides. */
const PLACE = 7.4;
const ROOM = 18;
const NARROWEST = 40;
const WIDEST = 2000;

/** Places of a column to begin with, and of one that was asked to fit. */
const FIRST_PLACES = 40;
const FIT_PLACES = 160;

/** How far a key moves the edge. */
export const RESIZE_STEP = 16;

export interface Widths {
  /** Of each column, in pixels. */
  widths: number[];
  /** Where each column begins; one more than there are columns. */
  starts: number[];
  resize: (column: number, width: number) => void;
  /** As wide as what is in sight wants. */
  fitTo: (column: number) => void;
}

function wanted(column: ColumnView, rows: readonly unknown[][], index: number, most: number): number {
  return Math.round(scaled(wantedPlaces(column, rows, index, most) * PLACE + ROOM));
}

/** What the first rows of a result say of its columns: it stays when more rows come. */
function useSettled<T>(columns: readonly ColumnView[], rows: readonly unknown[][], read: () => T): T {
  const some = rows.length > 0;
  const [held, setHeld] = useState(() => ({ columns, some, value: read() }));
  if (held.columns === columns && (held.some || !some)) return held.value;
  const next = { columns, some, value: read() };
  setHeld(next);
  return next.value;
}

/** Which columns stand at the right. */
export function useNumbers(columns: readonly ColumnView[], rows: readonly unknown[][]): boolean[] {
  return useSettled(columns, rows, () => columns.map((column, index) => isNumberColumn(column, rows, index)));
}

/**
 * The first rows decide, and what comes later moves nothing. `rows` are those that a column fits to: the ones in
 * sight, in the order that is shown.
 */
export function useWidths(
  columns: readonly ColumnView[],
  rows: readonly unknown[][],
  inSight: () => readonly unknown[][],
): Widths {
  const [drawn, setDrawn] = useState<ReadonlyMap<number, number>>(new Map());
  const base = useSettled(columns, rows, () =>
    columns.map((column, index) => wanted(column, rows, index, FIRST_PLACES)),
  );
  const [widths, starts] = useMemo(() => {
    const all = base.map((width, column) => drawn.get(column) ?? width);
    const begins = [0];
    for (const width of all) begins.push((begins.at(-1) ?? 0) + width);
    return [all, begins];
  }, [base, drawn]);
  const resize = (column: number, width: number) =>
    setDrawn((before) =>
      new Map(before).set(column, Math.round(Math.max(NARROWEST, Math.min(WIDEST, width)))),
    );
  return {
    widths,
    starts,
    resize,
    fitTo: (column) => {
      const view = columns[column];
      if (view) resize(column, wanted(view, inSight(), column, FIT_PLACES));
    },
  };
}
