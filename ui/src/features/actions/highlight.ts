/** The colours of code: what is a word of the language, a text, a number, a comment. For the eye only; nothing is decided by it. */

export type CodeKind = 'keyword' | 'text' | 'number' | 'comment' | 'name';

export interface CodePart {
  start: number;
  text: string;
  kind: CodeKind | null;
}

const WORDS = new Set(
  `add all alter and any array as asc begin between by case cast check column commit constraint count create cross
  current database default delete desc distinct do drop else end escape exists explain false fetch filter first following for
  foreign from full function group having if ilike in index inner insert intersect interval into is join key last
  lateral left like limit materialized merge natural not null nulls of offset on or order outer over partition
  preceding primary recursive references returning right rollback row rows select set similar some sum table then to
  transaction trigger true truncate union unique update using values view when where window with`.split(
    /\s+/,
  ),
);

/** Where the quoted text that begins at `start` ends. Doubled quotes, and backslashes where they escape, stay inside. */
function quoteEnd(text: string, start: number, quote: string, backslash: boolean): number {
  let at = start + 1;
  while (at < text.length) {
    const character = text[at];
    if (backslash && character === '\\') at += 2;
    else if (character !== quote) at += 1;
    else if (text[at + 1] === quote) at += 2;
    else return at + 1;
  }
  return text.length;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

function run(text: string, from: number, of: RegExp): number {
  let at = from;
  while (at < text.length && of.test(text[at] ?? '')) at += 1;
  return at;
}

/** What begins at `at`: its end and its kind. */
function tokenAt(text: string, at: number, sql: boolean): [number, CodeKind | null] {
  const character = text[at] ?? '';
  if (sql && text.startsWith('--', at)) return [lineEnd(text, at), 'comment'];
  if (sql && text.startsWith('/*', at)) {
    const end = text.indexOf('*/', at + 2);
    return [end < 0 ? text.length : end + 2, 'comment'];
  }
  if (sql && character === "'") return [quoteEnd(text, at, "'", false), 'text'];
  if (sql && (character === '"' || character === '`')) return [quoteEnd(text, at, character, false), 'name'];
  if (character === '"') {
    const end = quoteEnd(text, at, '"', true);
    return [end, /^\s*:/.test(text.slice(end, end + 8)) ? 'name' : 'text'];
  }
  if (sql && /^\$\d/.test(text.slice(at, at + 2))) return [run(text, at + 1, /\d/), 'number'];
  if (/\d/.test(character)) return [run(text, at, /[\w.]/), 'number'];
  if (/[A-Za-z_]/.test(character)) {
    const end = run(text, at, /[\w$]/);
    const word = text.slice(at, end).toLowerCase();
    const known = sql ? WORDS.has(word) : word === 'true' || word === 'false' || word === 'null';
    return [end, known ? 'keyword' : null];
  }
  return [at + 1, null];
}

/** A text as its parts, in order and without a gap. */
export function codeParts(text: string, sql: boolean): CodePart[] {
  const parts: CodePart[] = [];
  let at = 0;
  while (at < text.length) {
    const [end, kind] = tokenAt(text, at, sql);
    const last = parts.at(-1);
    if (last && last.kind === kind && kind === null) last.text += text.slice(at, end);
    else parts.push({ start: at, text: text.slice(at, end), kind });
    at = end;
  }
  return parts;
}
