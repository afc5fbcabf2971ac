import { describe, expect, test } from 'vitest';
import type { ActionInput } from '../../bindings/ActionInput';
import type { ActionRunView } from '../../bindings/ActionRunView';
import { keyColumns, namedRows, sidesOf, typedNames, withSide } from './comparisons';
import { inputFacts, members, newestIn, valuesOf } from './history';

const input = (key: string, type: string, more: Partial<ActionInput> = {}): ActionInput => ({
  side: 'data',
  key,
  type,
  expected: '',
  choices: [],
  optional: false,
  unique: false,
  secret: false,
  ...more,
});

describe('the inputs of a run that is remembered', () => {
  test('are told apart without losing a digit or a quote', () => {
    const text =
      '{"a":12345678901234567890.10, "b" : "x,\\"}:", "c":[1,{"d":2}],"e":{"f":"}"} ,"g":null,"ß\\u0041":{}}';
    expect([...members(text)]).toEqual([
      ['a', '12345678901234567890.10'],
      ['b', '"x,\\"}:"'],
      ['c', '[1,{"d":2}]'],
      ['e', '{"f":"}"}'],
      ['g', 'null'],
      ['ßA', '{}'],
    ]);
    expect(members('[1]').size).toBe(0);
    expect(members('{"a":').size).toBe(0);
  });

  test('stand in the form as they were typed', () => {
    const inputs = [
      input('id', 'INTEGER'),
      input('name', 'STRING'),
      input('tags', 'ARRAY'),
      input('on', 'BOOLEAN'),
      input('day', 'DATE', { side: 'filter' }),
      input('note', 'STRING', { optional: true }),
      input('gone', 'STRING', { optional: true }),
    ];
    const json =
      '{"data":{"id":9007199254740993,"name":"O\\"Neill","tags":["a","b"],"on":false,"note":null},"filter":{"day":"2026-11-24"}}';
    expect(valuesOf(inputs, json, {})).toEqual({
      'data.id': { text: '9007199254740993', left: false },
      'data.name': { text: 'O"Neill', left: false },
      'data.tags': { text: '["a","b"]', left: false },
      'data.on': { text: 'false', left: false },
      'filter.day': { text: '2026-11-24', left: false },
      'data.note': { text: '', left: true },
      'data.gone': { text: '', left: true },
    });
  });

  test('never give a secret, and leave one that is typed', () => {
    const inputs = [input('password', 'STRING', { secret: true }), input('id', 'INTEGER')];
    const json = '{"data":{"password":"c4n4ry","id":1},"filter":{}}';
    expect(JSON.stringify(valuesOf(inputs, json, {}))).not.toContain('c4n4ry');
    const typed = { 'data.password': { text: 'typed', left: false } };
    expect(valuesOf(inputs, json, typed)['data.password']).toEqual({ text: 'typed', left: false });
  });

  test('can be read, side by side', () => {
    expect(inputFacts('{"data":{"a":1.10},"filter":{"id":"x"}}')).toEqual([
      { side: 'data', key: 'a', value: '1.10' },
      { side: 'filter', key: 'id', value: '"x"' },
    ]);
    expect(inputFacts(null)).toEqual([]);
  });

  test('of an environment are those of its newest run', () => {
    const run = (id: string, env: string | null, inputs: string | null) =>
      ({ id, env, inputs }) as ActionRunView;
    const runs = [run('4', 'stg', '{}'), run('3', 'dev', null), run('2', 'dev', '{}'), run('1', 'dev', '{}')];
    expect(newestIn(runs, 'dev')?.id).toBe('2');
    expect(newestIn(runs, 'prd')).toBeUndefined();
  });
});

describe('a comparison', () => {
  test('is of two different environments', () => {
    const slugs = ['dev', 'stg', 'prd'];
    expect(sidesOf(slugs, 'dev', undefined)).toEqual({ left: 'dev', right: 'stg' });
    expect(sidesOf(slugs, 'stg', undefined)).toEqual({ left: 'stg', right: 'dev' });
    expect(sidesOf(slugs, 'dev', { left: 'prd', right: 'stg' })).toEqual({ left: 'prd', right: 'stg' });
    expect(sidesOf(slugs, 'dev', { left: 'gone', right: 'dev' })).toEqual({ left: 'dev', right: 'stg' });
    expect(sidesOf(['dev'], 'dev', undefined)).toBeNull();
    expect(sidesOf(['stg', 'prd'], 'dev', undefined)).toBeNull();
  });

  test('swaps its sides where one becomes the other', () => {
    const sides = { left: 'dev', right: 'stg' };
    expect(withSide(sides, 'left', 'stg')).toEqual({ left: 'stg', right: 'dev' });
    expect(withSide(sides, 'right', 'prd')).toEqual({ left: 'dev', right: 'prd' });
  });

  test('offers the columns of the best source, but none that stands twice', () => {
    const columns = (...names: string[]) => names.map((name) => ({ name, type: '' }));
    const outline = { tables: [{ name: 'orders', columns: columns('id') }], truncated: false };
    expect(keyColumns(columns('a', 'b', 'a'), columns('c'), outline, 'orders')).toEqual(['b']);
    expect(keyColumns(undefined, columns('c'), outline, 'orders')).toEqual(['c']);
    expect(keyColumns(undefined, [], outline, 'orders')).toEqual(['id']);
    expect(keyColumns(undefined, [], outline, 'users')).toEqual([]);
    expect(typedNames(' id, , tenant ')).toEqual(['id', 'tenant']);
  });

  test('names the rows that differ by their key', () => {
    const row = { left: ['7', 'a'], right: ['7', 'b'], cells: [1] };
    const of = {
      columns: ['id', 'name'].map((name) => ({ name, type: '' })),
      key: ['id'],
      only_left: [],
      only_right: [],
      different: [row],
      same: 0,
      truncated: false,
    };
    expect(namedRows(of)).toEqual([{ ...row, key: ['7'] }]);
    expect(namedRows({ ...of, key: [] })).toEqual([{ ...row, key: [] }]);
  });
});
