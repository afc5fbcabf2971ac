import { expect, test } from 'vitest';
import type { PackedMatrix } from '../bindings/PackedMatrix';
import { unpacked } from './packed';

test('each value finds its name, each text its place', () => {
  const packed = {
    matrix: {
      product: { id: 'p' },
      environments: [{ slug: 'dev' }, { slug: 'prd' }],
      databases: [{ id: 'd', name: 'Orders', actions: 2, envs: [] }],
    },
    texts: ['dev', 'ready', '15.18', 'prd', 'auth', 'The password is wrong.'],
    cells: [
      [
        [
          'c1',
          0,
          'postgresql://app:***@db:5432/orders',
          [21, 35],
          true,
          [true, 1, 2.5, 2, null],
          ['KEY'],
          'main',
        ],
        ['c2', 3, 'postgresql://dö/orders', 'dö/orders', false, [false, 4, null, null, 5], [], null],
        ['c3', 0, 'sqlite:/x', [7, 9], false, null, [], null],
      ],
    ],
  } as unknown as PackedMatrix;
  const [row] = unpacked(packed).databases;
  expect(row).toEqual({
    id: 'd',
    name: 'Orders',
    actions: 2,
    envs: [
      {
        id: 'c1',
        slug: 'dev',
        connection_url: 'postgresql://app:***@db:5432/orders',
        description: 'main',
        target: 'db:5432/orders',
        needs_secret: true,
        references: ['KEY'],
        last_test: { connected: true, stage: 'ready', latency_ms: 2.5, version: '15.18', failure: null },
      },
      {
        id: 'c2',
        slug: 'prd',
        connection_url: 'postgresql://dö/orders',
        description: null,
        target: 'dö/orders',
        needs_secret: false,
        references: [],
        last_test: {
          connected: false,
          stage: 'auth',
          latency_ms: null,
          version: null,
          failure: 'The password is wrong.',
        },
      },
      {
        id: 'c3',
        slug: 'dev',
        connection_url: 'sqlite:/x',
        description: null,
        target: '/x',
        needs_secret: false,
        references: [],
        last_test: null,
      },
    ],
  });
});
