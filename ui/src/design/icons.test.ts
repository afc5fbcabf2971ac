import { expect, test } from 'vitest';
import { joined, type Part } from '../../vite.icons';

const lines = (...parts: Part[]) => joined(parts);
const path = (d: string): Part => ['path', { d, key: 'a' }];
const one = (d: string): Part[] => [['path', { d, key: 'lines' }]];

test('paths are joined, each begins where it began alone', () => {
  expect(lines(path('M18 6 6 18'), path('m6 6 12 12'))).toEqual(one('M18 6L6 18M6 6l12 12'));
  expect(lines(path('m9 18 6-6-6-6'))).toEqual(one('M9 18l6-6-6-6'));
  expect(lines(path('M5 12h14'), path('m12 5 7 7-7 7'))).toEqual(one('M5 12h14M12 5l7 7-7 7'));
  // Two numbers may have nothing between them.
  expect(lines(path('m14.305 19.53.923-.382'), path('m.5.5-1-1'))).toEqual(
    one('M14.305 19.53l.923-.382M.5 .5l-1-1'),
  );
});

test('circles, lines and rounded rectangles are paths', () => {
  expect(lines(['circle', { cx: '12', cy: '12', r: '10', key: 'a' }])).toEqual(
    one('M2 12a10 10 0 1 0 20 0a10 10 0 1 0 -20 0Z'),
  );
  expect(lines(['line', { x1: '1', y1: '2', x2: '3', y2: '4', key: 'a' }])).toEqual(one('M1 2L3 4'));
  expect(lines(['rect', { x: '2', y: '3', width: '8', height: '6', key: 'a' }])).toEqual(
    one('M2 3h8v6h-8v-6Z'),
  );
  expect(lines(['rect', { x: '2', y: '3', width: '8', height: '6', rx: '1', key: 'a' }])).toEqual(
    one('M3 3h6a1 1 0 0 1 1 1v4a1 1 0 0 1 -1 1h-6a1 1 0 0 1 -1 -1v-4a1 1 0 0 1 1 -1Z'),
  );
});

test('what is more than a line stays as it is', () => {
  const dot: Part = ['circle', { cx: '5', cy: '5', r: '1', fill: 'currentColor', key: 'dot' }];
  const ellipse: Part = ['ellipse', { cx: '12', cy: '5', rx: '9', ry: '3', key: 'e' }];
  expect(lines(dot, path('M1 1h2'), ellipse)).toEqual([...one('M1 1h2'), dot, ellipse]);
  expect(lines(dot)).toEqual([dot]);
});
