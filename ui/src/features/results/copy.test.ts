import { describe, expect, test } from 'vitest';
import { type CopyFormat, type CopyOptions, copyText, distinctNames, hasInsert } from './copy';

const HOSTILE = 'a"b\'c\\d|e\nf\tg,h;</script>`i`$${x}';

function of(
  format: CopyFormat,
  columns: [string, string][],
  rows: unknown[][],
  options?: CopyOptions,
): string {
  return copyText(
    format,
    {
      columns: columns.map(([name, type]) => ({ name, type })),
      rows: rows.length,
      value: (row, column) => rows[row]?.[column],
    },
    options,
  );
}

/** A reader of RFC 4180 for the tests: null for an empty field without quotes. */
function readCsv(text: string): (string | null)[][] {
  const rows: (string | null)[][] = [];
  let row: (string | null)[] = [];
  let at = 0;
  while (at < text.length) {
    let field: string | null;
    if (text[at] === '"') {
      let end = at + 1;
      while (text[end] !== '"' || text[end + 1] === '"') end += text[end] === '"' ? 2 : 1;
      field = text.slice(at + 1, end).replaceAll('""', '"');
      at = end + 1;
    } else {
      const end = at + text.slice(at).search(/,|\r\n/);
      field = end === at ? null : text.slice(at, end);
      at = end;
    }
    row.push(field);
    if (text.startsWith('\r\n', at)) {
      rows.push(row);
      row = [];
      at += 2;
    } else at += 1;
  }
  return rows;
}

describe('CSV', () => {
  test('is read back as it was, NULL apart from empty text and from the text NULL', () => {
    const rows = [[HOSTILE, null, '', 'NULL', 'line\r\nend', '=1+2', '@SUM(A1)', '-2', ' x ']];
    const columns = rows[0]?.map((_, index): [string, string] => [`c,"${index}`, 'text']) ?? [];
    expect(readCsv(of('csv', columns, rows))).toEqual([columns.map(([name]) => name), ...rows]);
  });
  test('alters no formula', () => {
    expect(of('csv', [['a', 'text']], [['=cmd|calc!A0']])).toBe('a\r\n=cmd|calc!A0\r\n');
  });
  test('ends lines as the standard says', () => {
    expect(
      of(
        'csv',
        [
          ['a', 'int4'],
          ['b', 'text'],
        ],
        [
          [1, 'x'],
          [2, 'y'],
        ],
      ),
    ).toBe('a,b\r\n1,x\r\n2,y\r\n');
    expect(of('csv', [['a', 'int4']], [])).toBe('a\r\n');
  });
});

describe('TSV', () => {
  test('one cell is what it is', () => expect(of('tsv', [['a', 'text']], [[HOSTILE]])).toBe(HOSTILE));
  test('several are kept in their places', () => {
    expect(
      of(
        'tsv',
        [
          ['a', 'text'],
          ['b', 'text'],
        ],
        [
          ['x\ty', null],
          ['"q', 'z'],
        ],
      ),
    ).toBe('"x\ty"\t\n"""q"\tz');
    expect(of('tsv-headed', [['a', 'text']], [['x']])).toBe('a\nx');
  });
});

describe('JSON', () => {
  test('is read back, with every digit', () => {
    const text = of(
      'json',
      [
        ['big', 'int8'],
        ['s', 'text'],
        ['n', 'text'],
        ['e', 'text'],
        ['f', 'float8'],
        ['t', 'bool'],
      ],
      [['9007199254740993', HOSTILE, null, '', 1.5, true]],
    );
    expect(JSON.parse(text)).toEqual([
      { big: '9007199254740993', s: HOSTILE, n: null, e: '', f: 1.5, t: true },
    ]);
  });
  test('columns of JSON are part of it, their digits untouched', () => {
    const text = of('json', [['j', 'jsonb']], [['{"n": 12345678901234567890}'], ['no json'], [null]]);
    expect(text).toContain('"j": {"n": 12345678901234567890}');
    expect(JSON.parse(text)[1]).toEqual({ j: 'no json' });
  });
  test('columns of one name have names of their own, and __proto__ is a name', () => {
    expect(distinctNames(['a', 'a', 'a_2', 'a'].map((name) => ({ name, type: '' })))).toEqual([
      'a',
      'a_3',
      'a_2',
      'a_4',
    ]);
    expect(of('json', [['__proto__', 'text']], [['x']])).toContain('"__proto__": "x"');
    expect(JSON.parse(of('json', [['a', 'text']], []))).toEqual([]);
  });
});

describe('Markdown', () => {
  test('keeps each row on its line and each value in its cell', () => {
    const lines = of(
      'markdown',
      [
        ['a|b', 'text'],
        ['n', 'int4'],
      ],
      [
        [HOSTILE, 1],
        [null, null],
      ],
    ).split('\n');
    expect(lines).toHaveLength(5);
    expect(lines[0]).toBe('| a\\|b | n |');
    expect(lines[1]).toBe('| --- | ---: |');
    expect(lines[2]).toBe('| a"b\'c\\\\d\\|e<br>f\tg,h;\\</script>\\`i\\`$${x} | 1 |');
    expect(lines[3]).toBe('| NULL | NULL |');
  });
  test('a backslash before a pipe does not free the pipe', () => {
    expect(of('markdown', [['a', 'text']], [['x\\|y']])).toContain('| x\\\\\\|y |');
    expect(of('markdown', [['a', 'text']], [['snake_case _em_ &lt; & b']])).toContain(
      '| snake_case \\_em\\_ &amp;lt; & b |',
    );
  });
});

describe('INSERT', () => {
  const columns: [string, string][] = [
    ['id', 'int8'],
    ['na"m`e', 'text'],
    ['ok', 'bool'],
    ['at', 'timestamptz'],
    ['n', 'numeric'],
  ];
  const rows = [
    ['9007199254740993', HOSTILE, true, '2026-01-01 00:00:00+00', 'NaN'],
    [1, null, false, null, '1.50'],
  ];
  test('for PostgreSQL', () => {
    expect(of('insert', columns, rows, { dialect: 'postgresql', table: 'or"ders' })).toBe(
      `INSERT INTO "or""ders" ("id", "na""m\`e", "ok", "at", "n") VALUES (9007199254740993, 'a"b''c\\d|e\nf\tg,h;</script>\`i\`$\${x}', TRUE, '2026-01-01 00:00:00+00', 'NaN');\n` +
        `INSERT INTO "or""ders" ("id", "na""m\`e", "ok", "at", "n") VALUES (1, NULL, FALSE, NULL, 1.50);\n`,
    );
  });
  test('for MySQL', () => {
    const text = of(
      'insert',
      [
        ['na`m"e', 'varchar'],
        ['b', 'blob'],
        ['e', 'blob'],
      ],
      [[HOSTILE, '0xDEAD', '0xno']],
      {
        dialect: 'mysql',
        table: 'or`ders',
      },
    );
    expect(text).toBe(
      `INSERT INTO \`or\`\`ders\` (\`na\`\`m"e\`, \`b\`, \`e\`) VALUES ('a"b''c\\\\d|e\nf\tg,h;</script>\`i\`$\${x}', 0xDEAD, '0xno');\n`,
    );
  });
  test('a number that is no numeral is quoted, whatever the column says', () => {
    expect(of('insert', [['n', 'int4']], [['1); DROP TABLE t; --']], { dialect: 'postgresql' })).toContain(
      "VALUES ('1); DROP TABLE t; --');",
    );
    expect(of('insert', [['b', 'blob']], [['0xAA); DROP']], { dialect: 'mysql' })).toContain(
      "VALUES ('0xAA); DROP');",
    );
    expect(of('insert', [['b', 'bytea']], [['\\x00ff']], { dialect: 'postgresql' })).toContain(
      "VALUES ('\\x00ff');",
    );
  });
  test('is there for SQL only', () => {
    expect([
      hasInsert('postgresql'),
      hasInsert('mysql'),
      hasInsert('json'),
      hasInsert(undefined),
      hasInsert('toString'),
    ]).toEqual([true, true, false, false, false]);
  });
});
