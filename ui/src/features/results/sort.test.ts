import { expect, test } from 'vitest';
import { nextSort, orderOf } from './sort';

function sorted(values: unknown[], direction: 'ascending' | 'descending' = 'ascending'): unknown[] {
  const rows = values.map((value) => [value]);
  return [...(orderOf(rows, { column: 0, direction }) ?? [])].map((place) => values[place]);
}

test('a heading sorts up, down, and then not at all', () => {
  const up = nextSort(null, 2);
  expect(up).toEqual({ column: 2, direction: 'ascending' });
  const down = nextSort(up, 2);
  expect(down).toEqual({ column: 2, direction: 'descending' });
  expect(nextSort(down, 2)).toBeNull();
  expect(nextSort(down, 1)).toEqual({ column: 1, direction: 'ascending' });
  expect(orderOf([[2], [1]], null)).toBeNull();
});

test('numbers by their value, also as digits', () => {
  expect(sorted([10, 9, -1, 2.5])).toEqual([-1, 2.5, 9, 10]);
  expect(sorted(['10', '9', '-1', '2.50', '1e3'])).toEqual(['-1', '2.50', '9', '10', '1e3']);
  expect(sorted([5, '9007199254740993', '9007199254740992', '18446744073709551615'])).toEqual([
    5,
    '9007199254740992',
    '9007199254740993',
    '18446744073709551615',
  ]);
  expect(sorted(['-9007199254740993', '-9007199254740992'])).toEqual([
    '-9007199254740993',
    '-9007199254740992',
  ]);
  expect(sorted(['0.1000000000000000000002', '0.1000000000000000000001'])).toEqual([
    '0.1000000000000000000001',
    '0.1000000000000000000002',
  ]);
  expect(sorted(['NaN', 'Infinity', 3, '-Infinity'])).toEqual(['-Infinity', 3, 'Infinity', 'NaN']);
  expect(sorted(['10', '9', 'x'])).toEqual(['10', '9', 'x']);
});

test('null is last both ways', () => {
  expect(sorted([null, 2, null, 1])).toEqual([1, 2, null, null]);
  expect(sorted([null, 2, null, 1], 'descending')).toEqual([2, 1, null, null]);
  expect(sorted([null, '', 'NULL'], 'descending')).toEqual(['NULL', '', null]);
});

test('dates by their moment', () => {
  expect(
    sorted(['2026-01-01 00:30:00+02', '2025-12-31 23:00:00+00', '0044-03-15 BC', '10000-01-01', 'infinity']),
  ).toEqual(['0044-03-15 BC', '2026-01-01 00:30:00+02', '2025-12-31 23:00:00+00', '10000-01-01', 'infinity']);
  expect(sorted(['2026-01-01 00:00:00.5', '2026-01-01 00:00:00.45', '2026-01-01 00:00:00'])).toEqual([
    '2026-01-01 00:00:00',
    '2026-01-01 00:00:00.45',
    '2026-01-01 00:00:00.5',
  ]);
  expect(sorted(['100:00:00', '-01:30:00', '09:00:00'])).toEqual(['-01:30:00', '09:00:00', '100:00:00']);
  expect(sorted([{ $date: '2026-05-01T00:00:00Z' }, { $date: '2025-05-01T00:00:00Z' }])).toEqual([
    { $date: '2025-05-01T00:00:00Z' },
    { $date: '2026-05-01T00:00:00Z' },
  ]);
});

test('years before Christ go backwards', () => {
  expect(sorted(['0001-01-01', '0044-03-15 BC', '0045-03-15 BC'])).toEqual([
    '0045-03-15 BC',
    '0044-03-15 BC',
    '0001-01-01',
  ]);
});

test('text without regard to case, accents beside their letters', () => {
  expect(sorted(['b', 'A', 'é', 'f', 'a', 'B'])).toEqual(['A', 'a', 'B', 'b', 'é', 'f']);
});

test('equal values keep the order of the server, both ways', () => {
  const rows = [
    ['x', 1],
    ['a', 2],
    ['x', 3],
    ['a', 4],
  ];
  const second = (direction: 'ascending' | 'descending') =>
    [...(orderOf(rows, { column: 0, direction }) ?? [])].map((place) => rows[place]?.[1]);
  expect(second('ascending')).toEqual([2, 4, 1, 3]);
  expect(second('descending')).toEqual([1, 3, 2, 4]);
});

test('several types in one column have an order', () => {
  expect(sorted([true, { a: 1 }, 'x', 3, null, { $numberLong: '2' }])).toEqual([
    { $numberLong: '2' },
    3,
    'x',
    { a: 1 },
    true,
    null,
  ]);
});

test('a hundred thousand rows are sorted while a person waits', () => {
  const rows = Array.from({ length: 100_000 }, (_, index) => [`name ${(index * 7919) % 100_003}`]);
  const started = performance.now();
  orderOf(rows, { column: 0, direction: 'ascending' });
  expect(performance.now() - started).toBeLessThan(3000);
});
