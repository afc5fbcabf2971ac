import { EditorState } from '@codemirror/state';
import { describe, expect, test } from 'vitest';
import type { ActionSummary } from '../../bindings/ActionSummary';
import type { ActionView } from '../../bindings/ActionView';
import type { DatabaseView } from '../../bindings/DatabaseView';
import { draftOf, emptyDraft, inputOf, isChanged, patchOf, tagOf } from './drafts';
import { confirmation, expectedGuard, gateOf } from './guard';
import { codeParts } from './highlight';
import { moved, neighbour, rowsOf } from './list';
import { environmentFor } from './place';
import { failureOf } from './runs';
import { chipField, setSpans, visibleRange } from './templateEditor';

describe('guards', () => {
  test('a refusal stands before any guard', () => {
    expect(gateOf({ guard: 'none' })).toEqual({ kind: 'run' });
    expect(gateOf({ guard: 'confirm' })).toEqual({ kind: 'confirm' });
    expect(gateOf({ guard: 'tag', refused: 'Inactive.' })).toEqual({ kind: 'refused', message: 'Inactive.' });
  });
  test('a click confirms where one is enough; elsewhere only the tag itself does', () => {
    expect(confirmation({ kind: 'confirm' }, 'orders', '')).toBe('orders');
    expect(confirmation({ kind: 'tag' }, 'orders', '')).toBeNull();
    expect(confirmation({ kind: 'tag' }, 'orders', 'Orders')).toBeNull();
    expect(confirmation({ kind: 'tag' }, 'orders', 'order')).toBeNull();
    expect(confirmation({ kind: 'tag' }, 'orders', ' orders ')).toBe('orders');
    expect(confirmation({ kind: 'run' }, 'orders', 'orders')).toBeNull();
    expect(confirmation({ kind: 'refused', message: '' }, 'orders', 'orders')).toBeNull();
  });
  test('what is said beforehand is what the core asks', () => {
    const reads = { writes: false, unfiltered: false };
    const writes = { writes: true, unfiltered: false };
    expect(expectedGuard('production', reads)).toBe('none');
    expect(expectedGuard('development', writes)).toBe('none');
    expect(expectedGuard('staging', writes)).toBe('confirm');
    expect(expectedGuard('production', writes)).toBe('tag');
    expect(expectedGuard('development', { writes: true, unfiltered: true })).toBe('tag');
  });
});

describe('the environment that an action is shown in', () => {
  const environments = [
    { slug: 'prd', class: 'production', active: true },
    { slug: 'stg', class: 'staging', active: true },
    { slug: 'dev', class: 'development', active: false },
  ];
  test('is the chosen one where the database is configured, else the most harmless that is active', () => {
    const all = environments.map(({ slug }) => ({ slug }));
    expect(environmentFor(environments, all, 'prd')?.slug).toBe('prd');
    expect(environmentFor(environments, all, null)?.slug).toBe('stg');
    expect(environmentFor(environments, [{ slug: 'dev' }], 'prd')?.slug).toBe('dev');
    expect(environmentFor(environments, [], 'prd')).toBeUndefined();
  });
});

const database = (id: string, name: string) => ({ id, name, tag: name.toLowerCase() }) as DatabaseView;
const action = (id: string, name: string, type: ActionSummary['type'] = 'read'): ActionSummary => ({
  id,
  name,
  tag: name.toLowerCase().replaceAll(' ', '-'),
  table_name: 'orders',
  type,
  description: null,
  writes: false,
  runnable: true,
});

describe('the list', () => {
  const databases = [database('d1', 'Orders'), database('d2', 'Users')];
  const lists = new Map([['d1', [action('a', 'Open orders'), action('b', 'Refund', 'update')]]]);
  const ids = (filter: string, folded: string[] = []) =>
    rowsOf(databases, lists, filter, new Set(folded)).map((row) => row.id);
  test('has databases without actions, and folds', () => {
    expect(ids('')).toEqual(['d1', 'a', 'b', 'd2']);
    expect(ids('', ['d1'])).toEqual(['d1', 'd2']);
  });
  test('a filter opens what is folded and leaves out what is empty', () => {
    expect(ids('refund', ['d1'])).toEqual(['d1', 'b']);
    expect(ids('orders update')).toEqual(['d1', 'b']);
    expect(ids('nothing')).toEqual([]);
  });
  test('an action is moved one place, and not beyond the ends', () => {
    const three = [action('a', 'A'), action('b', 'B'), action('c', 'C')];
    expect(moved(three, 'c', -1)).toEqual(['a', 'c', 'b']);
    expect(moved(three, 'a', -1)).toBeNull();
    expect(moved(three, 'c', 1)).toBeNull();
    expect(neighbour(three, 'b')).toBe('c');
    expect(neighbour(three, 'c')).toBe('b');
    expect(neighbour([action('a', 'A')], 'a')).toBeNull();
  });
});

describe('drafts', () => {
  const view = {
    id: 'a',
    record: { name: 'Refund', tag: 'refund', tableName: 'orders', type: 'update', template: 'UPDATE' },
    template_text: 'UPDATE',
    filter_text: 'id = 1',
    fingerprint: 'f1',
  } as ActionView;
  test('the tag follows the name until it is typed', () => {
    const draft = { ...emptyDraft(), name: 'Größte Orders!' };
    expect(tagOf(draft)).toBe('gro-te-orders');
    expect(tagOf({ ...draft, tag: 'mine' })).toBe('mine');
  });
  test('a patch names what changed and what it was made from', () => {
    const draft = draftOf(view);
    expect(isChanged(view, draft)).toBe(false);
    expect(isChanged(view, { ...draft, name: 'Refund ' })).toBe(true);
    expect(patchOf(view, { ...draft, name: 'Refund ' })).toEqual({ fingerprint: 'f1' });
    expect(patchOf(view, { ...draft, name: ' Refund all ', filter: '  ', allRows: true })).toEqual({
      fingerprint: 'f1',
      name: 'Refund all',
      filterTemplate: null,
      allRows: true,
    });
  });
  test('what is not given is not in the record', () => {
    expect(inputOf({ ...emptyDraft(), name: 'A', tableName: 't', template: 'SELECT 1' })).toEqual({
      name: 'A',
      tag: 'a',
      tableName: 't',
      type: 'read',
      template: 'SELECT 1',
    });
  });
});

describe('the editor', () => {
  const spans = { placeholders: [{ key: 'id', start: 4, end: 10 }], faults: [] };
  const chips = (state: EditorState) => {
    const found: [number, number][] = [];
    state.field(chipField).between(0, state.doc.length, (from, to) => {
      found.push([from, to]);
    });
    return found;
  };
  test('a placeholder is a chip, which moves with the text', () => {
    let state = EditorState.create({ doc: 'id={{{id}}', extensions: [chipField] });
    state = state.update({ effects: setSpans.of({ of: 'id={{{id}}', ...spans }) }).state;
    expect(chips(state)).toEqual([[4, 10]]);
    state = state.update({ changes: { from: 0, insert: 'x ' } }).state;
    expect(chips(state)).toEqual([[6, 12]]);
  });
  test('what was said of another text is let go of', () => {
    let state = EditorState.create({ doc: 'short', extensions: [chipField] });
    state = state.update({ effects: setSpans.of({ of: 'another text', ...spans }) }).state;
    expect(chips(state)).toEqual([]);
  });
  test('a fault without length is seen at a character beside it', () => {
    expect(visibleRange(3, 8, 10)).toEqual({ from: 3, to: 8 });
    expect(visibleRange(10, 10, 10)).toEqual({ from: 9, to: 10 });
    expect(visibleRange(0, 0, 10)).toEqual({ from: 0, to: 1 });
    expect(visibleRange(99, 120, 10)).toEqual({ from: 9, to: 10 });
    expect(visibleRange(0, 0, 0)).toBeNull();
  });
  test('colours cover a text whole, however it ends', () => {
    for (const text of ["SELECT 'it''s' -- x", '/* open', "'open", '{"a": "b\\"", "c": 1.5e3}', '"', '$12'])
      for (const sql of [true, false])
        expect(
          codeParts(text, sql)
            .map((part) => part.text)
            .join(''),
        ).toBe(text);
    expect(codeParts("select 'a' from", true).map(({ kind }) => kind)).toEqual([
      'keyword',
      null,
      'text',
      null,
      'keyword',
    ]);
    expect(codeParts('{"a": "b"}', false).map(({ kind }) => kind)).toEqual([
      null,
      'name',
      null,
      'text',
      null,
    ]);
  });
});

test('the fate of a failure is read from its detail, and from nothing else', () => {
  const error = { code: 'connection_lost', message: 'Nobody knows', retryable: false };
  expect(failureOf({ ...error, detail: { fate: 'unknown', attempts: 2, server_code: '' } })).toMatchObject({
    fate: 'unknown',
    attempts: 2,
    serverCode: null,
  });
  expect(failureOf(error).fate).toBeNull();
  expect(failureOf({ ...error, detail: { fate: 'sure' } }).fate).toBeNull();
});
