import { useState } from 'react';
import { orderOf, type Sort } from './sort';

interface Held {
  rows: readonly unknown[][];
  sort: Sort | null;
  order: Uint32Array | null;
}

/** The order held, and behind it the rows that came since as they came. */
export function extended(order: Uint32Array, rows: number): Uint32Array {
  const longer = new Uint32Array(rows);
  longer.set(order);
  for (let place = order.length; place < rows; place += 1) longer[place] = place;
  return longer;
}

/**
 * The order in which rows are shown. Rows that stream in stand at the end and are sorted in when the last of them is
 * there: to sort a hundred thousand rows anew for each of fifty batches would hold the window up.
 */
export function useOrder(rows: readonly unknown[][], sort: Sort | null, busy: boolean): Uint32Array | null {
  const [held, setHeld] = useState<Held>(() => ({ rows, sort, order: orderOf(rows, sort) }));
  if (held.sort === sort && (held.rows === rows || (busy && held.rows.length <= rows.length)))
    return held.order && held.rows !== rows ? extended(held.order, rows.length) : held.order;
  const next = { rows, sort, order: orderOf(rows, sort) };
  setHeld(next);
  return next.order;
}
