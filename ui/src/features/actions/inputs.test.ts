import { expect, test } from 'vitest';
import type { ActionInput } from '../../bindings/ActionInput';
import {
  controlOf,
  faultsByInput,
  inputText,
  isRounded,
  nowAs,
  planValue,
  recall,
  remember,
  sentByKey,
  stepped,
} from './inputs';

function input(key: string, type: string, more: Partial<ActionInput> = {}): ActionInput {
  return {
    side: 'data',
    key,
    type,
    expected: '',
    choices: [],
    optional: false,
    unique: false,
    secret: false,
    ...more,
  };
}

const typed = (text: string, left = false) => ({ text, left });

test('the control follows the type, and a secret is masked whatever its type', () => {
  expect(controlOf(input('n', 'DECIMAL'))).toBe('number');
  expect(controlOf(input('d', 'DATE'))).toBe('date');
  expect(controlOf(input('d', 'DATETIME'))).toBe('datetime');
  expect(controlOf(input('b', 'BOOLEAN'))).toBe('boolean');
  expect(controlOf(input('l', 'ARRAY'))).toBe('json');
  expect(controlOf(input('s', 'IDENTIFIER', { choices: ['a', 'b'] }))).toBe('choice');
  expect(controlOf(input('t', 'STRING'))).toBe('text');
  expect(controlOf(input('pin', 'INTEGER', { secret: true }))).toBe('secret');
});

test('numbers go into the text as they were typed, with every digit', () => {
  const inputs = [input('id', 'INTEGER'), input('sum', 'DECIMAL'), input('e', 'DOUBLE')];
  const { json } = inputText(inputs, {
    'data.id': typed(' 9007199254740993 '),
    'data.sum': typed('0.10000000000000000000000001'),
    'data.e': typed('1e400'),
  });
  expect(json).toBe(
    '{"data":{"id":9007199254740993,"sum":0.10000000000000000000000001,"e":1e400},"filter":{}}',
  );
});

test('what is no number goes as a text, so that the core can say what it expected', () => {
  expect(inputText([input('id', 'INTEGER')], { 'data.id': typed('12, "x": 1') }).json).toBe(
    '{"data":{"id":"12, \\"x\\": 1"},"filter":{}}',
  );
  expect(inputText([input('id', 'INTEGER')], { 'data.id': typed('007') }).json).toBe(
    '{"data":{"id":"007"},"filter":{}}',
  );
});

test('hostile texts and keys stay inside of their strings', () => {
  const hostile = '"}, "filter": {"x": 1}} \\ \u2028 \u0000';
  const { json } = inputText([input('a"b', 'STRING')], { 'data.a"b': typed(hostile) });
  expect(JSON.parse(json)).toEqual({ data: { 'a"b': hostile }, filter: {} });
});

test('sides are kept apart, and what may be left out is until it is typed', () => {
  const inputs = [
    input('id', 'INTEGER'),
    input('id', 'INTEGER', { side: 'filter' }),
    input('note', 'STRING', { optional: true }),
    input('memo', 'STRING', { optional: true }),
    input('gone', 'STRING', { optional: true }),
  ];
  const { json } = inputText(inputs, {
    'data.id': typed('1'),
    'filter.id': typed('2'),
    'data.memo': typed(''),
    'data.gone': typed('typed before', true),
  });
  expect(json).toBe('{"data":{"id":1,"memo":""},"filter":{"id":2}}');
});

test('nothing typed: an empty text is sent as one, anything else is missing', () => {
  expect(inputText([input('name', 'STRING'), input('day', 'DATE'), input('on', 'BOOLEAN')], {}).json).toBe(
    '{"data":{"name":""},"filter":{}}',
  );
});

test('lists and documents keep their text; a list may come without its brackets', () => {
  const inputs = [input('ids', 'ARRAY'), input('doc', 'JSON'), input('names', 'ARRAY')];
  const values = {
    'data.ids': typed('[9007199254740993, 1]'),
    'data.doc': typed('{ "n": 1.10 }'),
    'data.names': typed('"a", "b"'),
  };
  expect(inputText(inputs, values).json).toBe(
    '{"data":{"ids":[9007199254740993, 1],"doc":{ "n": 1.10 },"names":["a", "b"]},"filter":{}}',
  );
  const broken = inputText(inputs, { ...values, 'data.doc': typed('{"a":1}, "b": {') });
  expect(Object.keys(broken.faults)).toEqual(['data.doc']);
  // What would close the list and open another key is no list.
  expect(
    Object.keys(inputText([input('ids', 'ARRAY')], { 'data.ids': typed('1], "x": [2') }).faults),
  ).toEqual(['data.ids']);
});

test('a plan shows a rounded number with the digits that were typed', () => {
  const inputs = [input('id', 'INTEGER'), input('pin', 'INTEGER', { secret: true })];
  const sent = sentByKey(inputs, {
    'data.id': typed('9007199254740993'),
    'data.pin': typed('1234'),
  });
  expect(sent).toEqual({ id: ['9007199254740993'] });
  // biome-ignore lint/correctness/noPrecisionLoss: this is what comes over the boundary
  const came = 9007199254740993;
  expect(planValue(came, sent.id)).toEqual({ text: '9007199254740993', rounded: false });
  expect(planValue(came, undefined).rounded).toBe(true);
  expect(planValue(41, sent.id)).toEqual({ text: '41', rounded: false });
  expect(planValue(null, undefined).text).toBe('NULL');
  expect(isRounded({ a: [{ b: came }] })).toBe(true);
  expect(isRounded({ a: [1.5, 'x', null] })).toBe(false);
});

test('faults stand at their inputs, on both sides where the key is of both', () => {
  const inputs = [input('id', 'INTEGER'), input('id', 'INTEGER', { side: 'filter' })];
  expect(
    faultsByInput(inputs, [
      { field: 'id', message: 'No.' },
      { field: 'other', message: 'Unknown.' },
    ]),
  ).toEqual({ byInput: { 'data.id': 'No.', 'filter.id': 'No.' }, rest: ['other: Unknown.'] });
});

test('values are remembered by action and environment, secrets never', () => {
  const inputs = [input('id', 'INTEGER'), input('password', 'STRING', { secret: true })];
  remember('a', 'dev', inputs, { 'data.id': typed('7'), 'data.password': typed('hunter2') });
  expect(recall('a', 'dev')).toEqual({ 'data.id': typed('7') });
  expect(recall('a', 'prd')).toEqual({});
  expect(recall('b', 'dev')).toEqual({});
});

test('dates step by days over months and years, and keep their time', () => {
  expect(stepped('2026-12-31', 1)).toBe('2027-01-01');
  expect(stepped('2024-03-01T08:00:00Z', -1)).toBe('2024-02-29T08:00:00Z');
  expect(stepped('tomorrow', 1)).toBeNull();
  expect(nowAs('datetime', new Date('2026-11-24T01:02:03.456Z'))).toBe('2026-11-24T01:02:03Z');
});
