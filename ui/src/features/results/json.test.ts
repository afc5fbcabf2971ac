import { describe, expect, test } from 'vitest';
import type { ColumnView } from '../../bindings/ColumnView';
import { linesOfView, readContent } from './content';
import { foldedBelow, jsonLines, parentsOf, tokensOf, visibleLines } from './json';
import {
  bytesOf,
  hexDump as dumpInSlices,
  findAll as findInSlices,
  LINE_CHARACTERS,
  lineAt,
  textLines,
} from './lines';
import { segmentsOf } from './segments';
import { atOnce } from './slices';

const findAll = (text: string, query: string) => atOnce(findInSlices(text, query));
const hexDump = (bytes: Uint8Array) => atOnce(dumpInSlices(bytes));
const contentOf = (value: unknown, column: ColumnView) => atOnce(readContent(value, column));

function drawn(text: string): string[] | null {
  const lines = jsonLines(text);
  return (
    lines &&
    Array.from({ length: lines.count }, (_, line) => {
      const [start, end] = [lines.starts[line] ?? 0, lines.ends[line] ?? 0];
      const none = { starts: new Uint32Array(), length: 0, at: 0 };
      const parts = segmentsOf(text, tokensOf(text, start, end), none);
      return '  '.repeat(lines.depths[line] ?? 0) + parts.map((part) => part.text).join('');
    })
  );
}

describe('JSON is laid out', () => {
  test('with the digits that it has', () => {
    expect(drawn('{"big":12345678901234567890.10, "list" : [1,{"a":null},[],{}],"t":"x\\"}{,"}')).toEqual([
      '{',
      '  "big": 12345678901234567890.10,',
      '  "list": [',
      '    1,',
      '    {',
      '      "a": null',
      '    },',
      '    [],',
      '    {}',
      '  ],',
      '  "t": "x\\"}{,"',
      '}',
    ]);
  });
  test.each([
    '',
    '1',
    '"x"',
    '{',
    '[1,]',
    '{"a":1,}',
    '{"a" 1}',
    '{a:1}',
    '[1] 2',
    '[01]',
    '["x]',
    '[nul]',
    '[1}',
    'plain text',
  ])('not %j', (text) => expect(jsonLines(text)).toBeNull());
  test('as JSON.parse reads it, whatever the nest', () => {
    const text = JSON.stringify({ a: [[[]], [{}], { b: [1, 2, [3]] }], c: { d: { e: 'f' } } });
    const lines = drawn(text);
    expect(JSON.stringify(JSON.parse(lines?.join('') ?? ''))).toBe(text);
    expect(jsonLines('['.repeat(100_000) + ']'.repeat(100_000))).toBeNull();
  });
  test('and folded', () => {
    const lines = jsonLines('{"a":{"b":{"c":1}},"d":2}');
    if (!lines) throw new Error('no lines');
    const folded = foldedBelow(lines, 1);
    expect([...visibleLines(lines, folded)]).toEqual([0, 1, 6, 7]);
    expect([...visibleLines(lines, new Set())]).toHaveLength(8);
    expect(parentsOf(lines, 3)).toEqual([2, 1, 0]);
  });
});

describe('long text', () => {
  test('is lines of bounded length that together are all of it', () => {
    const text = `${'x'.repeat(LINE_CHARACTERS * 2 + 5)}\n\nodd${'😀'.repeat(LINE_CHARACTERS)}`;
    const lines = textLines(text);
    const parts = Array.from({ length: lines.count }, (_, line) =>
      text.slice(lines.starts[line], lines.ends[line]),
    );
    expect(parts.join('')).toBe(text.replaceAll('\n', ''));
    expect(Math.max(...parts.map((part) => part.length))).toBeLessThanOrEqual(LINE_CHARACTERS);
    expect(parts.every((part) => !/^[\udc00-\udfff]|[\ud800-\udbff]$/.test(part))).toBe(true);
    expect(lineAt(lines, LINE_CHARACTERS)).toBe(1);
    expect(lineAt(lines, text.length)).toBe(lines.count - 1);
  });
  test('of ten megabytes is laid out at once', () => {
    const started = performance.now();
    expect(textLines('y'.repeat(10_000_000)).count).toBe(10_000);
    expect(
      jsonLines(JSON.stringify(Array.from({ length: 300_000 }, (_, id) => ({ id, name: 'n' }))))?.count,
    ).toBe(500_000);
    expect(performance.now() - started).toBeLessThan(3000);
  });
  test('is searched as it is written', () => {
    expect([...findAll('a.b A.B a+b', 'a.b')]).toEqual([0, 4]);
    expect([...findAll('x', '')]).toEqual([]);
    expect(() => findAll('x', '[(\\')).not.toThrow();
  });
  test('marks what was found, over the parts of a line', () => {
    const text = '"abc"';
    const matches = { starts: Uint32Array.of(0, 3), length: 2, at: 1 };
    expect(segmentsOf(text, tokensOf(text, 0, 5), matches)).toEqual([
      { text: '"a', kind: 'string', found: 'yes' },
      { text: 'b', kind: 'string', found: 'no' },
      { text: 'c"', kind: 'string', found: 'here' },
    ]);
  });
});

describe('bytes', () => {
  test('of each spelling', () => {
    expect(bytesOf('\\x00ff', false)).toEqual(Uint8Array.of(0, 255));
    expect(bytesOf('0xDEAD', false)).toEqual(Uint8Array.of(0xde, 0xad));
    expect(bytesOf('AP8=', true)).toEqual(Uint8Array.of(0, 255));
    expect([
      bytesOf('0xABC', false),
      bytesOf('text', false),
      bytesOf('0xzz', false),
      bytesOf('*', true),
    ]).toEqual([null, null, null, null]);
  });
  test('as a dump', () => {
    expect(hexDump(Uint8Array.of(0x41, 0, 0x7e, 0x7f))).toBe(`00000000  ${'41 00 7e 7f'.padEnd(47)}  A.~.`);
  });
  test('have a view of their own, and say how many they are', () => {
    const content = contentOf({ $binary: { base64: 'AP8=', subType: '00' } }, { name: 'b', type: '' });
    expect(content.views).toEqual(['bytes', 'json', 'text']);
    expect(content.bytes?.all).toBe(2);
    expect(linesOfView(content, 'bytes').text).toContain('00 ff');
    expect(contentOf('text', { name: 'b', type: 'blob' }).views).toEqual(['text']);
    expect(contentOf('{"a":1}', { name: 'b', type: 'text' }).views).toEqual(['json', 'text']);
  });
});
