import { describe, expect, test } from 'vitest';
import type { ConfigView } from '../../bindings/ConfigView';
import type { DatabaseView } from '../../bindings/DatabaseView';
import { ENGINES, fakeResult } from '../../platform/fake-data';
import { cellTest } from '../../platform/packed';
import { cellFace, filterRows, rowsOf } from './model';
import { applyResults } from './testRuns';

const config: ConfigView = {
  id: 'c1',
  slug: 'dev',
  connection_url: 'postgresql://app:***@db.example/orders',
  description: null,
  target: 'db.example/orders',
  needs_secret: true,
  references: [],
  last_test: null,
};
const database = { tag: 'orders', type: 'postgresql' };
const tested = (outcome: string): ConfigView => ({
  ...config,
  last_test: cellTest(fakeResult(database, 'dev', outcome)),
});

describe('what a cell says', () => {
  test('nothing configured', () =>
    expect(cellFace(undefined, undefined, undefined)).toMatchObject({ state: 'unconfigured', word: 'add' }));
  test('untested', () => expect(cellFace(config, 'present', undefined).state).toBe('untested'));
  test('ok, with its latency and version', () => {
    const face = cellFace(tested('ok'), 'present', undefined);
    expect(face).toMatchObject({ state: 'ok', aside: '15.18' });
    expect(face.word).toMatch(/^ok \d+ ms$/);
  });
  test('the stage that failed', () =>
    expect(cellFace(tested('auth'), 'present', undefined)).toMatchObject({
      state: 'failed',
      word: 'auth failed',
    }));
  test('a running test before everything', () => {
    expect(cellFace(tested('ok'), 'missing', { stage: 'tls' })).toMatchObject({
      state: 'testing',
      word: 'TLS',
    });
    expect(cellFace(config, undefined, { stage: null })).toMatchObject({ state: 'testing', word: 'waiting' });
  });
  test.each([
    ['missing', 'no_credential'],
    ['locked', 'locked'],
    ['unavailable', 'unavailable'],
  ] as const)('a credential that is %s before the last test', (credential, state) =>
    expect(cellFace(tested('ok'), credential, undefined).state).toBe(state),
  );
});

describe('filtering', () => {
  const view = (name: string, type: string, envs: ConfigView[]): DatabaseView => ({
    id: name,
    name,
    tag: name.toLowerCase(),
    type,
    description: null,
    envs,
    actions: 0,
    migrations: 0,
    revision: 1,
    created_at: '',
    updated_at: '',
  });
  const rows = rowsOf(
    [
      view('Orders', 'postgresql', [config]),
      view('Users', 'mysql', [tested('auth')]),
      view('Events', 'mongodb', []),
    ],
    ENGINES,
  );
  const names = (filter: string) =>
    filterRows(rows, filter, (item) => cellFace(item, undefined, undefined).word).map(
      (row) => row.database.name,
    );
  test('by name, in any case', () => expect(names('oRdErS pg')).toEqual(['Orders']));
  test('by the engine’s name', () => expect(names('mariadb')).toEqual(['Users']));
  test('by where it points', () => expect(names('db.example')).toEqual(['Orders', 'Users']));
  test('by state', () => expect(names('auth failed')).toEqual(['Users']));
  test('every word must match', () => expect(names('users postgres')).toEqual([]));
  test('nothing typed shows all', () => expect(names('  ')).toHaveLength(3));
});

test('results enter the matrix where they belong and leave the rest as it is', () => {
  const other = { id: 'x', envs: [{ ...config, id: 'c2' }] };
  const matrix = {
    product: {},
    environments: [],
    databases: [{ id: 'y', envs: [config] }, other],
  } as never as Parameters<typeof applyResults>[0];
  const result = fakeResult(database, 'dev', 'ok');
  const next = applyResults(matrix, new Map([['c1', result]]));
  expect(next.databases[0]?.envs[0]?.last_test).toEqual(cellTest(result));
  expect(next.databases[1]).toBe(other);
});
