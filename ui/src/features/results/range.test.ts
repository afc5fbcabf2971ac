import { expect, test } from 'vitest';
import { cursorOf, everything, rangeOf, settled, step, within } from './range';

const extent = { rows: 100, columns: 5, page: 10, more: true };
const at = (row: number, column: number) => ({ row, column });

test.each([
  ['ArrowUp', false, at(0, 2), at(-1, 2)],
  ['ArrowLeft', false, at(-1, 0), at(-1, 0)],
  ['Home', false, at(-1, 3), at(-1, 0)],
  ['Home', false, at(7, 3), at(7, 0)],
  ['End', false, at(7, 3), at(7, 4)],
  ['Home', true, at(7, 3), at(0, 0)],
  ['End', true, at(7, 3), at(99, 4)],
  ['PageDown', false, at(95, 1), at(99, 1)],
  ['PageUp', false, at(5, 1), at(0, 1)],
  ['ArrowDown', false, at(99, 1), at(100, 1)],
  ['ArrowDown', false, at(100, 1), at(100, 1)],
  ['ArrowDown', true, at(3, 1), at(99, 1)],
  ['ArrowUp', false, at(100, 1), at(99, 1)],
])('%s (Ctrl: %s)', (key, control, from, to) => expect(step(from, key, control, extent)).toEqual(to));

test('other keys move nothing', () => expect(step(at(0, 0), 'x', false, extent)).toBeNull());

test('a range is of rows that have values', () => {
  expect(rangeOf({ position: at(100, 1), anchor: at(98, 3) }, extent)).toEqual({
    top: 98,
    bottom: 99,
    left: 1,
    right: 3,
  });
  expect(rangeOf({ position: at(-1, 1), anchor: at(2, 1) }, extent)).toEqual({
    top: 0,
    bottom: 2,
    left: 1,
    right: 1,
  });
  expect(rangeOf({ position: at(-1, 1), anchor: null }, extent)).toBeNull();
  expect(rangeOf({ position: at(100, 1), anchor: null }, extent)).toBeNull();
  expect(rangeOf({ position: at(0, 0), anchor: null }, { ...extent, rows: 0 })).toBeNull();
});

test('a cursor for a range has it', () => {
  const range = everything(extent);
  expect(rangeOf(cursorOf(range, at(0, 0)), extent)).toEqual(range);
  expect(rangeOf(cursorOf({ top: 4, bottom: 4, left: 0, right: 4 }, at(4, 2)), extent)).toEqual({
    top: 4,
    bottom: 4,
    left: 0,
    right: 4,
  });
  expect(settled(at(500, 50), extent)).toEqual(at(100, 4));
});

test('a selection shrinks with the rows', () => {
  const range = { top: 2, bottom: 5, left: 0, right: 1 };
  expect(within(range, 6)).toBe(range);
  expect(within(range, 4)).toEqual({ ...range, bottom: 3 });
  expect(within(range, 2)).toBeNull();
  expect(within(null, 9)).toBeNull();
});
