/** What the fake reads in the statements of a migration. The real reading is Rust’s; this one is enough for screens. */
import type { MigrationCheck } from '../bindings/MigrationCheck';
import type { MigrationFault } from '../bindings/MigrationFault';
import type { MigrationSide } from '../bindings/MigrationSide';
import type { MigrationTexts } from '../bindings/MigrationTexts';
import type { MigrationWaiver } from '../bindings/MigrationWaiver';
import type { MigrationWarning } from '../bindings/MigrationWarning';

export interface Piece {
  text: string;
  start: number;
  end: number;
}

const SIDES: MigrationSide[] = ['up', 'down', 'pre', 'post'];

/** The statements of a script: ended by `;` outside of quotes and comments. */
function sqlPieces(text: string): Piece[] {
  const pieces: Piece[] = [];
  const token = /'(?:[^']|'')*'|"[^"]*"|--[^\n]*|\/\*[\s\S]*?\*\/|;/g;
  let from = 0;
  const take = (to: number) => {
    const raw = text.slice(from, to);
    const start = from + (raw.length - raw.trimStart().length);
    if (raw.trim() !== '') pieces.push({ text: raw.trim(), start, end: start + raw.trim().length });
  };
  for (const match of text.matchAll(token)) {
    if (match[0] !== ';') continue;
    take(match.index);
    from = match.index + 1;
  }
  take(text.length);
  return pieces;
}

/** The objects of a JSON list. */
function jsonPieces(text: string): Piece[] {
  const pieces: Piece[] = [];
  let depth = 0;
  let start = 0;
  for (const match of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}]/g)) {
    if (match[0] === '{') {
      if (depth === 0) start = match.index;
      depth += 1;
    } else if (match[0] === '}') {
      depth -= 1;
      if (depth === 0) pieces.push({ text: text.slice(start, match.index + 1), start, end: match.index + 1 });
    }
  }
  return pieces;
}

export function piecesOf(text: string, sql: boolean): Piece[] {
  return sql ? sqlPieces(text) : jsonPieces(text);
}

/** Not SHA-256: the same for the same statements, and as long. */
export function fakeChecksum(text: string, sql: boolean): string {
  let hash = 0x811c9dc5;
  for (const character of piecesOf(text, sql)
    .map((piece) => piece.text)
    .join('\0'))
    hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, '0').repeat(8);
}

interface Rule {
  code: string;
  pattern: RegExp;
  message: string;
  destructive: boolean;
}

const RULES: Rule[] = [
  {
    code: 'drop_table',
    pattern: /^drop table|"drop"\s*:/i,
    message: 'Drops the table with its rows. Rename it first, and drop it once nothing misses it.',
    destructive: true,
  },
  {
    code: 'drop_column',
    pattern: /drop column/i,
    message: 'Drops the column with its values. Release code that does without it first.',
    destructive: true,
  },
  {
    code: 'index_blocks_writes',
    pattern: /^create (?:unique )?index (?!concurrently)/i,
    message:
      'Writes to the table wait until the index is built. Use CREATE INDEX CONCURRENTLY in a migration without a transaction.',
    destructive: false,
  },
  {
    code: 'set_not_null',
    pattern: /set not null/i,
    message: 'Reads the whole table under a lock. Add a CHECK that is NOT VALID first, and validate it.',
    destructive: false,
  },
  {
    code: 'update_every_row',
    pattern: /^update (?![\s\S]*\bwhere\b)/i,
    message: 'Changes every row in one statement. Do it in parts.',
    destructive: false,
  },
];

function faultsOf(text: string, side: MigrationSide, sql: boolean, pieces: Piece[]): MigrationFault[] {
  const fault = (code: string, message: string, start: number, end: number, statement: number | null) => ({
    side,
    statement,
    code,
    message,
    start,
    end,
  });
  if (side === 'up' && pieces.length === 0)
    return [fault('no_statements', 'Write at least one statement.', 0, text.length, null)];
  if (!sql && text.trim() !== '') {
    try {
      JSON.parse(text);
    } catch {
      return [fault('not_json', 'This is no list of commands as JSON yet.', 0, text.length, null)];
    }
  }
  return pieces.flatMap((piece, index) => {
    const open = (piece.text.match(/\(/g) ?? []).length - (piece.text.match(/\)/g) ?? []).length;
    return sql && open !== 0
      ? [fault('unbalanced', 'A bracket is open. Close it.', piece.start, piece.end, index + 1)]
      : [];
  });
}

/** What is said of the statements, each with its place. */
export function fakeMigrationCheck(
  texts: MigrationTexts,
  sql: boolean,
  waivers: MigrationWaiver[],
  noTransaction: boolean,
): MigrationCheck {
  const check: MigrationCheck = { faults: [], warnings: [], statements: [], checksum: null };
  for (const side of SIDES) {
    const pieces = piecesOf(texts[side], sql);
    check.statements.push(...pieces.map(({ start, end }) => ({ side, start, end })));
    check.faults.push(...faultsOf(texts[side], side, sql, pieces));
    if (side !== 'up') continue;
    for (const [index, piece] of pieces.entries())
      for (const rule of RULES)
        if (rule.pattern.test(piece.text))
          check.warnings.push({
            side,
            statement: index + 1,
            code: rule.code,
            message: rule.message,
            destructive: rule.destructive,
            waived:
              waivers.find((waiver) => waiver.statement === index + 1 && waiver.code === rule.code)?.reason ??
              null,
          });
    const concurrently = pieces.findIndex((piece) => /concurrently/i.test(piece.text));
    if (concurrently >= 0 && !noTransaction)
      check.faults.push({
        side,
        statement: concurrently + 1,
        code: 'needs_no_transaction',
        message: 'CONCURRENTLY can’t run in a transaction. Choose “Without a transaction”.',
        start: pieces[concurrently]?.start ?? 0,
        end: pieces[concurrently]?.end ?? 0,
      });
    if (noTransaction && pieces.length > 1)
      check.faults.push({
        side,
        statement: 2,
        code: 'one_statement',
        message: 'Without a transaction there may be one statement only.',
        start: pieces[1]?.start ?? 0,
        end: pieces[1]?.end ?? 0,
      });
  }
  if (piecesOf(texts.down, sql).length === 0 && texts.up.trim() !== '')
    check.warnings.push({
      side: 'down',
      statement: null,
      code: 'no_down',
      message: 'It can’t be reverted: it has no statements down.',
      destructive: false,
      waived: null,
    } satisfies MigrationWarning);
  if (check.faults.length === 0) check.checksum = fakeChecksum(texts.up, sql);
  return check;
}
