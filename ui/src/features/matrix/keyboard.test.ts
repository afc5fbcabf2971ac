import { describe, expect, test } from 'vitest';
import { cellKey, move, rectangle, settle, splitKey, toggle } from './keyboard';

const bounds = { rows: 100, columns: 3, page: 10 };

describe('moving', () => {
  test.each([
    ['ArrowDown', false, { row: 6, column: 1 }],
    ['ArrowUp', false, { row: 4, column: 1 }],
    ['ArrowLeft', false, { row: 5, column: 0 }],
    ['ArrowRight', false, { row: 5, column: 2 }],
    ['Home', false, { row: 5, column: -1 }],
    ['End', false, { row: 5, column: 2 }],
    ['Home', true, { row: 0, column: -1 }],
    ['End', true, { row: 99, column: 2 }],
    ['PageDown', false, { row: 15, column: 1 }],
    ['PageUp', false, { row: 0, column: 1 }],
    ['ArrowDown', true, { row: 99, column: 1 }],
  ])('%s (control: %s)', (key, control, to) =>
    expect(move({ row: 5, column: 1 }, key, control, bounds)).toEqual(to),
  );

  test('stops at the edges', () => {
    expect(move({ row: 99, column: 2 }, 'ArrowDown', false, bounds)).toEqual({ row: 99, column: 2 });
    expect(move({ row: 99, column: 2 }, 'ArrowRight', false, bounds)).toEqual({ row: 99, column: 2 });
    expect(move({ row: -1, column: 0 }, 'ArrowLeft', false, bounds)).toEqual({ row: 0, column: -1 });
  });
  test('reaches the header, but not the empty corner', () => {
    expect(move({ row: 0, column: 1 }, 'ArrowUp', false, bounds)).toEqual({ row: -1, column: 1 });
    expect(move({ row: 0, column: -1 }, 'ArrowUp', false, bounds)).toEqual({ row: 0, column: -1 });
  });
  test('leaves other keys alone', () => expect(move({ row: 0, column: 0 }, 't', false, bounds)).toBeNull());
  test('settles when a filter takes the row away', () =>
    expect(settle({ row: 50, column: 1 }, { ...bounds, rows: 2 })).toEqual({ row: 1, column: 1 }));
});

describe('selecting', () => {
  const ids = ['a', 'b', 'c'];
  const slugs = ['dev', 'stg'];
  test('a rectangle, from either corner', () => {
    const cells = ['b/dev', 'b/stg', 'c/dev', 'c/stg'];
    expect(rectangle({ row: 1, column: 0 }, { row: 2, column: 1 }, ids, slugs)).toEqual(cells);
    expect(rectangle({ row: 2, column: 1 }, { row: 1, column: 0 }, ids, slugs)).toEqual(cells);
  });
  test('a name stands for its row, a header for its column', () => {
    expect(rectangle({ row: 1, column: -1 }, { row: 1, column: -1 }, ids, slugs)).toEqual(['b/dev', 'b/stg']);
    expect(rectangle({ row: -1, column: 1 }, { row: -1, column: 1 }, ids, slugs)).toEqual([
      'a/stg',
      'b/stg',
      'c/stg',
    ]);
  });
  test('toggling adds what is missing, and lets go only of what is whole', () => {
    const some = new Set(['b/dev']);
    const whole = toggle(some, ['b/dev', 'b/stg']);
    expect([...whole]).toEqual(['b/dev', 'b/stg']);
    expect(toggle(whole, ['b/dev', 'b/stg']).size).toBe(0);
  });
  test('a key comes apart again', () =>
    expect(splitKey(cellKey('id-1', 'dev'))).toEqual({ databaseId: 'id-1', slug: 'dev' }));
});
