import { describe, expect, test } from 'vitest';
import { compactJson, cutAt, faceOf, isNumberColumn, kindOfType, wantedPlaces, wholeText } from './values';

describe('kinds of columns', () => {
  test.each([
    ['int8', 'number'],
    ['bigint unsigned', 'number'],
    ['decimal zerofill', 'number'],
    ['numeric', 'number'],
    ['double precision', 'number'],
    ['int4[]', 'text'],
    ['interval', 'text'],
    ['timestamptz', 'date'],
    ['datetime', 'date'],
    ['jsonb', 'json'],
    ['bool', 'boolean'],
    ['bytea', 'bytes'],
    ['mediumblob', 'bytes'],
    ['varbinary', 'bytes'],
    ['varchar', 'text'],
    ['integration_state', 'text'],
    ['', 'text'],
  ])('%s is %s', (type, kind) => expect(kindOfType(type)).toBe(kind));
});

describe('faces', () => {
  test('NULL, the text NULL and the empty text are three things', () => {
    expect(faceOf(null, 'text')).toEqual({ kind: 'null', text: 'NULL', cut: false });
    expect(faceOf('NULL', 'text')).toEqual({ kind: 'text', text: 'NULL', cut: false });
    expect(faceOf('', 'text')).toEqual({ kind: 'text', text: '', cut: false });
  });
  test('text can’t reorder, hide or break the line', () => {
    expect(faceOf('a\u202egnp.exe\u200b\u0000\r\nb\tc\u2028d', 'text').text).toBe('agnp.exe↵b c↵d');
    expect(faceOf('</script><b>', 'text').text).toBe('</script><b>');
  });
  test('a long value is cut by code, at a whole character', () => {
    const face = faceOf('x'.repeat(10_000_000), 'text');
    expect(face.text).toHaveLength(300);
    expect(face.cut).toBe(true);
    expect(cutAt(`${'x'.repeat(299)}😀y`, 300)).toBe('x'.repeat(299));
    expect(faceOf('x'.repeat(300), 'text').cut).toBe(false);
  });
  test('extended JSON is what it stands for', () => {
    expect(faceOf({ $oid: '65f0' }, 'text')).toMatchObject({ kind: 'text', text: '65f0' });
    expect(faceOf({ $numberLong: '9007199254740993' }, 'text')).toMatchObject({
      kind: 'number',
      text: '9007199254740993',
    });
    expect(faceOf({ $date: '2026-01-02T03:04:05Z' }, 'text').kind).toBe('date');
    expect(faceOf({ $date: { $numberLong: '-62135596800000' } }, 'text').text).toBe(
      '0001-01-01T00:00:00.000Z',
    );
    expect(faceOf({ $date: { $numberLong: '99999999999999999' } }, 'text').text).toBe('99999999999999999');
    expect(faceOf({ $oid: 'a', b: 1 }, 'text')).toMatchObject({ kind: 'json', text: '{"$oid":"a","b":1}' });
    expect(faceOf({ $oid: 7 }, 'text').kind).toBe('json');
  });
  test('a large document is not walked to its end', () => {
    let reads = 0;
    const item = {
      get a() {
        reads += 1;
        return 1;
      },
    };
    const face = faceOf(
      Array.from({ length: 100_000 }, () => item),
      'text',
    );
    expect(face.text).toHaveLength(300);
    expect(reads).toBeLessThan(200);
    expect(compactJson({ a: [1, 'b', null, true, {}] }, 1000)).toBe('{"a":[1,"b",null,true,{}]}');
  });
});

test('whole text is exact', () => {
  expect(wholeText('9007199254740993')).toBe('9007199254740993');
  expect(wholeText(null)).toBe('');
  expect(wholeText({ a: ['x'] })).toBe('{"a":["x"]}');
});

test('a column without a type stands at the right when its values are numbers', () => {
  const column = { name: 'n', type: '' };
  expect(isNumberColumn(column, [[1], [null], [{ $numberLong: '5' }]], 0)).toBe(true);
  expect(isNumberColumn(column, [[1], ['2']], 0)).toBe(false);
  expect(isNumberColumn(column, [[null]], 0)).toBe(false);
});

test('widths follow the content up to a bound', () => {
  const column = { name: 'id', type: 'text' };
  expect(wantedPlaces(column, [['x'.repeat(20)]], 0, 40)).toBe(20);
  expect(wantedPlaces(column, [['x'.repeat(2000)]], 0, 40)).toBe(40);
  expect(wantedPlaces(column, [['漢字漢字漢字']], 0, 40)).toBe(12);
});
