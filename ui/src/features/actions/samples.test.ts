import { expect, test } from 'vitest';
import type { ActionInput } from '../../bindings/ActionInput';
import type { ActionView } from '../../bindings/ActionView';
import { draftOf, emptyDraft, inputOf, isChanged, patchOf } from './drafts';
import { valuesOf } from './history';
import { exactValue, givenSamples, movedSample, sampleFields, sampleOf, sampleSummary } from './samples';

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

test('a number that JavaScript would round is kept as a text with every digit', () => {
  expect(
    exactValue(
      '{"a":9007199254740993,"b":[0.1,0.10000000000000000001,-7],"c":"12345678901234567890","d":1e400}',
    ),
  ).toEqual({
    a: '9007199254740993',
    b: [0.1, '0.10000000000000000001', -7],
    c: '12345678901234567890',
    d: '1e400',
  });
  expect(exactValue('{"d":1.50,"e":true,"f":null}')).toEqual({ d: '1.50', e: true, f: null });
});

test('a sample is made of the form, without secrets, and fills it again', () => {
  const inputs = [
    input('id', 'INTEGER'),
    input('password', 'STRING', { secret: true }),
    input('day', 'DATE', { side: 'filter' }),
    input('note', 'STRING', { optional: true }),
  ];
  const values = {
    'data.id': { text: '9007199254740993', left: false },
    'data.password': { text: 'hunter2', left: false },
    'filter.day': { text: '2026-11-28', left: false },
  };
  const sample = sampleOf(inputs, values);
  expect(sample).toBe('{"data":{"id":9007199254740993},"filter":{"day":"2026-11-28"}}');
  expect(valuesOf(inputs, sample, values)).toEqual({ ...values, 'data.note': { text: '', left: true } });
  expect(sampleOf([input('doc', 'JSON')], { 'data.doc': { text: '{', left: false } })).toBeNull();
});

test('a value of the filter may stand among the data', () => {
  const inputs = [input('day', 'DATE', { side: 'filter' })];
  expect(valuesOf(inputs, '{"data":{"day":"2026-11-28"},"filter":{}}', {})).toEqual({
    'filter.day': { text: '2026-11-28', left: false },
  });
});

test('a sample is told on one line, however long its values are', () => {
  expect(sampleSummary('{"data":{"id":1.10,"name":"Ada"},"filter":{"day":"x"}}')).toBe(
    'id = 1.10, name = "Ada", day = "x"',
  );
  expect(sampleSummary('{"data":["odd"],"filter":{}}')).toBe('');
  const long = JSON.stringify({
    data: Object.fromEntries([...'abcdefgh'].map((key) => [key, 'x'.repeat(99)])),
  });
  expect(sampleSummary(long).length).toBeLessThan(125);
});

test('samples move by one place and stay at the ends', () => {
  expect(movedSample(['a', 'b', 'c'], 2, -1)).toEqual(['a', 'c', 'b']);
  expect(movedSample(['a', 'b'], 0, -1)).toEqual(['a', 'b']);
  expect(movedSample(['a', 'b'], 1, 1)).toEqual(['a', 'b']);
});

test('both lists of a record keep their places, and one that says nothing is absent', () => {
  const first = '{"data":{"a":1},"filter":{}}';
  const second = '{"data":{},"filter":{"b":2}}';
  expect(sampleFields([first, second])).toEqual({ data: [{ a: 1 }, {}], filterData: [{}, { b: 2 }] });
  expect(sampleFields([first])).toEqual({ data: [{ a: 1 }], filterData: null });
  expect(sampleFields([])).toEqual({ data: null, filterData: null });
  expect(givenSamples([first])).toEqual({ data: [{ a: 1 }] });
  expect(inputOf({ ...emptyDraft(), samples: [] })).not.toHaveProperty('data');
});

test('a draft changes the samples of a record only where they are others', () => {
  const view = {
    record: { name: 'A', tag: 'a', tableName: 't', type: 'read', template: '' },
    template_text: '',
    filter_text: null,
    fingerprint: 'f',
    samples: ['{"data":{"a":1},"filter":{}}', '{"data":{"a":2},"filter":{}}'],
  } as ActionView;
  const draft = draftOf(view);
  expect(isChanged(view, { ...draft, samples: [...draft.samples] })).toBe(false);
  expect(patchOf(view, draft)).toEqual({ fingerprint: 'f' });
  const turned = { ...draft, samples: movedSample(draft.samples, 0, 1) };
  expect(isChanged(view, turned)).toBe(true);
  expect(patchOf(view, turned)).toEqual({
    fingerprint: 'f',
    data: [{ a: 2 }, { a: 1 }],
    filterData: null,
  });
});
