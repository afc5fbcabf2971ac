import { describe, expect, test } from 'vitest';
import type { EnvironmentView } from '../../bindings/EnvironmentView';
import type { MigrationCell } from '../../bindings/MigrationCell';
import type { MigrationPlan } from '../../bindings/MigrationPlan';
import type { MigrationRunEvent } from '../../bindings/MigrationRunEvent';
import type { MigrationStanding } from '../../bindings/MigrationStanding';
import type { MigrationSummary } from '../../bindings/MigrationSummary';
import type { MigrationView } from '../../bindings/MigrationView';
import { completeCommand, completeStatement } from './completion';
import { draftOf, followWaivers, isChanged, patchOf } from './drafts';
import { age, headFace, isStuck, migrationFace, shortHead } from './face';
import { canRun, confirmation } from './guard';
import { appliedIn, moved, rowsOf } from './list';
import { byClass, earlierOf, laterOf } from './order';
import { failureOf, NOTHING_TOLD, told } from './runs';
import { standingFace } from './StandingFace';
import { asPatched, checksumQuestion } from './save';

const standing = (tag: string, part: Partial<MigrationStanding> = {}): MigrationStanding => ({
  tag,
  name: tag,
  state: 'applied',
  applied_at: null,
  checksum: 'c',
  checksum_matches: true,
  statements_done: 1,
  statements: 1,
  out_of_order: false,
  direction: 'up',
  under_way: null,
  by: null,
  duration_ms: null,
  tool_version: null,
  error: null,
  ...part,
});

const cell = (part: Partial<MigrationCell> = {}): MigrationCell => ({
  config_id: 'c1',
  database_id: 'd1',
  database: 'orders',
  env: 'dev',
  head: 'b',
  head_position: 2,
  pending: 0,
  failed: 0,
  missing: 0,
  changed: 0,
  drift: null,
  checked_at: '2026-11-28T10:00:00Z',
  migrations: [standing('a'), standing('b')],
  ...part,
});

const kinds = (of: MigrationCell | undefined) =>
  migrationFace(true, of, undefined).marks.map(({ kind }) => kind);

describe('a cell', () => {
  test('shows its head as in the sketch, and how far it is behind', () => {
    expect(headFace(cell())).toEqual({ head: 'm2', behind: '' });
    expect(headFace(cell({ pending: 2 }))).toEqual({ head: 'm2', behind: '−2' });
    expect(headFace(cell({ head: null, head_position: null, pending: 3 }))).toEqual({
      head: 'm0',
      behind: '−3',
    });
    expect(headFace(undefined)).toBeNull();
    expect(headFace(cell({ head: null, head_position: null, migrations: [] }))).toBeNull();
  });
  test('names a head that the catalog lacks by its tag', () => {
    expect(shortHead({ head: 'theirs', head_position: null })).toBe('theirs');
  });
  test('says what needs a person before how far it is', () => {
    expect(kinds(cell())).toEqual(['current']);
    expect(kinds(cell({ pending: 1, failed: 1, drift: true, missing: 1, changed: 1 }))).toEqual([
      'failed',
      'drift',
      'missing',
      'changed',
      'behind',
    ]);
  });
  test('that was never read is unknown, and nothing else', () => {
    expect(migrationFace(true, undefined, undefined)).toEqual({
      head: '',
      marks: [{ kind: 'unknown', word: 'unknown', short: '' }],
    });
    expect(
      kinds(
        cell({
          head: null,
          head_position: null,
          migrations: [],
          error: { code: 'auth_failed', message: '' },
        }),
      ),
    ).toEqual(['unreadable']);
  });
  test('keeps what was last known beside the reason why it can’t be read now', () => {
    const face = migrationFace(
      true,
      cell({ pending: 1, error: { code: 'timeout', message: '' } }),
      undefined,
    );
    expect(face.head).toBe('m2');
    expect(face.marks.map(({ word }) => word)).toEqual(['timed out', '1 behind']);
  });
  test('never says that drift is absent where it is not known', () => {
    expect(kinds(cell({ drift: null }))).toEqual(['current']);
  });
  test('has an age', () => {
    const at = (seconds: number) =>
      age('2026-11-28T10:00:00Z', Date.parse('2026-11-28T10:00:00Z') + seconds * 1000);
    expect([at(5), at(300), at(7200), at(200_000)]).toEqual(['now', '5 min', '2 h', '2 d']);
  });
  test('is stuck only where a run is no way out', () => {
    expect(isStuck(standing('a', { state: 'failed', statements_done: 0 }))).toBe(false);
    expect(isStuck(standing('a', { state: 'failed', statements_done: 2 }))).toBe(true);
    expect(isStuck(standing('a', { state: 'failed', statements_done: 0, under_way: 1 }))).toBe(true);
    expect(isStuck(standing('a', { state: 'started', statements_done: 0 }))).toBe(true);
  });
});

const summary = (tag: string, position: number): MigrationSummary => ({
  id: `id-${tag}`,
  tag,
  name: `Name ${tag}`,
  description: null,
  position,
  statements: 1,
  has_down: true,
  no_transaction: false,
  destructive: false,
  warnings: 0,
  checksum: 'c',
});

describe('the list', () => {
  const list = [summary('a', 1), summary('b', 2), summary('c', 3)];
  const cells = [
    cell({
      migrations: [standing('a'), standing('b', { state: 'pending' }), standing('z', { state: 'missing' })],
    }),
    cell({ env: 'stg', migrations: [standing('a', { state: 'rolled_back' })] }),
  ];
  test('has a column for each environment that was read, and what only a target has at its end', () => {
    const rows = rowsOf(list, cells, '');
    expect(rows.map(({ tag, kind }) => `${tag} ${kind}`)).toEqual([
      'a migration',
      'b migration',
      'c migration',
      'z missing',
    ]);
    expect(rows[0]?.standings.get('stg')?.state).toBe('rolled_back');
    expect(rows[2]?.standings.size).toBe(0);
    expect(appliedIn(rows[0] ?? { standings: new Map() })).toEqual(['dev']);
  });
  test('is filtered by names, tags, and how they stand', () => {
    expect(rowsOf(list, cells, 'stg rolled').map(({ tag }) => tag)).toEqual(['a']);
    expect(rowsOf(list, cells, 'dev pending').map(({ tag }) => tag)).toEqual(['b']);
  });
  test('is moved by one place, and not beyond its ends', () => {
    expect(moved(list, 'id-b', -1)).toEqual(['id-b', 'id-a', 'id-c']);
    expect(moved(list, 'id-a', -1)).toBeNull();
    expect(moved(list, 'gone', 1)).toBeNull();
  });
  test('tells an edit and a skipped one by words of their own', () => {
    expect(standingFace(true, true, standing('a', { checksum_matches: false })).kind).toBe('edited');
    expect(standingFace(true, true, standing('a', { state: 'pending', out_of_order: true })).kind).toBe(
      'skipped',
    );
    expect(standingFace(true, false, undefined).kind).toBe('unread');
    expect(standingFace(false, true, undefined).kind).toBe('unconfigured');
    expect(
      standingFace(true, true, standing('a', { state: 'failed', statements_done: 2, statements: 4 })).aside,
    ).toBe('2 of 4 applied');
  });
});

const view: MigrationView = {
  id: 'm1',
  database_id: 'd1',
  record: { name: 'Create orders', tag: 'create-orders', value: { up: ['A'], down: [] } },
  texts: { up: 'A;', down: '', pre: '', post: '' },
  checksum: 'c',
  fingerprint: 'f1',
  check: { faults: [], warnings: [], statements: [], checksum: 'c' },
};

describe('a draft', () => {
  test('sends what it changes, and all four texts when one of them is another', () => {
    const draft = draftOf(view);
    expect(patchOf(view, draft)).toEqual({ fingerprint: 'f1' });
    expect(isChanged(view, draft)).toBe(false);
    const texts = { ...draft.texts, down: 'B;' };
    expect(patchOf(view, { ...draft, texts, noTransaction: true })).toEqual({
      fingerprint: 'f1',
      texts,
      no_transaction: true,
    });
    expect(isChanged(view, { ...draft, name: 'Create orders ' })).toBe(true);
    expect(patchOf(view, { ...draft, description: ' ' })).toEqual({ fingerprint: 'f1', description: null });
  });

  const waiver = { statement: 2, code: 'drop_table', reason: 'empty' };
  test('takes a waiver along with its statement', () => {
    expect(followWaivers([waiver], ['A', 'B'], ['N', 'A', 'B'])).toEqual([{ ...waiver, statement: 3 }]);
    expect(followWaivers([waiver], ['A', 'B'], ['B'])).toEqual([{ ...waiver, statement: 1 }]);
    expect(followWaivers([waiver], ['A', 'B'], ['B', 'A'])).toEqual([{ ...waiver, statement: 1 }]);
    expect(followWaivers([waiver], ['A', 'B'], ['A', 'B', 'C'])).toEqual([waiver]);
  });
  test('keeps it while its statement is written anew, and lets it go with a statement that is gone', () => {
    expect(followWaivers([waiver], ['A', 'B'], ['A', 'B2'])).toEqual([waiver]);
    expect(followWaivers([waiver], ['A', 'B', 'C'], ['A', 'C'])).toEqual([]);
  });
});

describe('a run', () => {
  const where = { database: 'orders', env: 'stg' };
  const events: MigrationRunEvent[] = [
    { event: 'waiting', ...where, holder: 'grace@ci-7' },
    { event: 'target', ...where, server: 'PostgreSQL 15' },
    { event: 'begun', ...where, tag: 'a', direction: 'up', statements: 2, from: 1 },
    { event: 'check', ...where, tag: 'a', before: true, check: 1, passed: true },
    {
      event: 'statement',
      ...where,
      tag: 'a',
      direction: 'up',
      statement: 1,
      statements: 2,
      ms: 3,
      affected: null,
      notices: ['n'],
    },
  ];
  test('is told step by step', () => {
    expect(events.slice(0, 1).reduce(told, NOTHING_TOLD).holder).toBe('grace@ci-7');
    const now = events.reduce(told, NOTHING_TOLD);
    expect(now.holder).toBeNull();
    expect(now.steps).toHaveLength(1);
    expect(now.steps[0]).toMatchObject({
      state: null,
      done: [{ statement: 1, notices: ['n'] }],
      checks: [{ passed: true }],
    });
    const ended = told(now, {
      event: 'migration',
      ...where,
      tag: 'a',
      direction: 'up',
      state: 'applied',
      statements_done: 2,
      statements: 2,
      ms: 9,
      already: false,
      dry_run: true,
    });
    expect(ended.steps[0]).toMatchObject({ state: 'taken_back', ms: 9 });
  });
  test('tells one that another runner had done, though it never began here', () => {
    const now = told(NOTHING_TOLD, {
      event: 'migration',
      ...where,
      tag: 'b',
      direction: 'up',
      state: 'applied',
      statements_done: 1,
      statements: 1,
      ms: 0,
      already: true,
      dry_run: false,
    });
    expect(now.steps[0]).toMatchObject({ tag: 'b', already: true, state: 'applied' });
  });
  test('says what was done when it failed', () => {
    const failure = failureOf({
      code: 'statement_failed',
      message: '',
      retryable: false,
      detail: {
        fate: 'rolled_back',
        applied: ['a'],
        tag: 'b',
        statement: 2,
        statements: 3,
        target: 'shop/orders@stg',
      },
    });
    expect(failure).toMatchObject({
      fate: 'rolled_back',
      applied: ['a'],
      statement: 2,
      target: 'shop/orders@stg',
    });
    expect(failureOf({ code: 'x', message: '', retryable: false }).applied).toEqual([]);
  });
  test('is asked for as Rust will ask', () => {
    expect(confirmation('confirm', 'orders', '')).toBe('orders');
    expect(confirmation('tag', 'orders', 'users')).toBeNull();
    expect(confirmation('tag', 'orders', ' orders ')).toBe('orders');
    const plan = { obstacles: [], steps: [] } as unknown as MigrationPlan;
    expect(canRun(plan, 'run')).toBe(false);
    expect(canRun(plan, 'baseline')).toBe(true);
    expect(
      canRun({ ...plan, obstacles: [{ code: 'order', message: '', tags: [], exception: null }] }, 'baseline'),
    ).toBe(false);
  });
});

describe('a refused save', () => {
  test('asks for the new checksum only where Rust says so', () => {
    const refused = { code: 'refused', message: '', retryable: false };
    expect(
      checksumQuestion({
        ...refused,
        detail: { guard: 'checksum', confirm: 'orders', applied: ['dev'], notes: [] },
      }),
    ).toEqual({
      confirm: 'orders',
      applied: ['dev'],
      notes: [],
    });
    expect(checksumQuestion({ ...refused, detail: { guard: 'inactive' } })).toBeNull();
    expect(checksumQuestion(new Error('no'))).toBeNull();
  });
  test('keeps both sides where they touch other fields, and asks where they touch the same', () => {
    const theirs = (field: string) => ({ field, base: ['A'], current: ['B'], yours: ['C'] });
    expect(asPatched([theirs('description')], { name: 'x' })).toEqual([]);
    expect(asPatched([theirs('value.up')], { name: 'x' })).toEqual([]);
    const texts = { up: 'C;', down: '', pre: '', post: '' };
    expect(asPatched([theirs('value.up'), theirs('name')], { texts, name: 'x' })).toEqual([
      theirs('name'),
      { field: 'texts', base: 'A', current: 'B', yours: 'C' },
    ]);
  });
});

describe('the order of environments', () => {
  const environment = (slug: string, of: EnvironmentView['class'], order: number) =>
    ({ slug, class: of, order }) as EnvironmentView;
  const all = [
    environment('prd', 'production', 0),
    environment('stg', 'staging', 1),
    environment('dev', 'development', 2),
  ];
  const everywhere = all.map(({ slug }) => ({ slug }));
  test('is by class, then by column', () => {
    expect(byClass(all).map(({ slug }) => slug)).toEqual(['dev', 'stg', 'prd']);
  });
  test('passes over what a database has no connection in', () => {
    const prd = all[0] as EnvironmentView;
    expect(earlierOf(all, everywhere, prd)?.slug).toBe('stg');
    expect(earlierOf(all, [{ slug: 'dev' }, { slug: 'prd' }], prd)?.slug).toBe('dev');
    expect(earlierOf(all, everywhere, all[2] as EnvironmentView)).toBeUndefined();
    expect(laterOf(all, [{ slug: 'prd' }], 'dev')?.slug).toBe('prd');
  });
});

describe('completion', () => {
  const outline = {
    tables: [{ name: 'orders', columns: [{ name: 'total', type: 'numeric' }] }],
    truncated: false,
  };
  const at = (text: string, starts: number[] = []) =>
    completeStatement(
      { text, offset: text.length, explicit: true },
      outline,
      'postgresql',
      starts,
    )?.options.map(({ label }) => label);
  test('knows where definitions name a table, and whose columns they mean', () => {
    expect(at('ALTER TABLE ')).toEqual(['orders']);
    expect(at('CREATE TABLE items (order_id bigint REFERENCES o')).toEqual(['orders']);
    expect(at('CREATE INDEX x ON ')).toEqual(['orders']);
    expect(at('ALTER TABLE orders DROP COLUMN t')).toEqual(['total']);
    expect(at('CREATE TABLE ')).toBeUndefined();
  });
  test('speaks of the statement it is in', () => {
    const text = 'DROP TABLE users;\nALTER TABLE orders DROP COLUMN ';
    expect(at(text, [0, 18])).toEqual(['total']);
  });
  test('of commands, their keys and collections', () => {
    const command = (text: string) =>
      completeCommand({ text, offset: text.length, explicit: true }, outline)?.options.map(
        ({ label }) => label,
      );
    expect(command('[{ "cre')).toContain('createIndexes');
    expect(command('[{ "createIndexes": "')).toEqual(['orders']);
    expect(command('[{ "createIndexes": "orders", "')).toEqual(['indexes']);
    expect(command('[{ "createIndexes": "orders", "indexes": [{ "')).toContain('expireAfterSeconds');
  });
});
