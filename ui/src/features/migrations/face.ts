/** What a cell of the matrix says of its migrations. */
import type { MigrationCell } from '../../bindings/MigrationCell';
import type { MigrationStanding } from '../../bindings/MigrationStanding';
import { plain } from '../../design/text';
import { standingText as text } from '../../text/migrations';

export type MarkKind =
  | 'unconfigured'
  | 'reading'
  | 'unknown'
  | 'unreadable'
  | 'failed'
  | 'drift'
  | 'missing'
  | 'changed'
  | 'behind'
  | 'current'
  | 'none';

export interface Mark {
  kind: MarkKind;
  /** Its word: a state is never a colour alone. */
  word: string;
  /** Where there is no room for the word. */
  short: string;
}

export interface MigrationFace {
  /** `m12`; empty where nothing is applied or known. */
  head: string;
  /** The worst comes first. */
  marks: Mark[];
}

export interface Reading {
  /** Whether it has begun; else it waits for its turn. */
  begun: boolean;
}

/** `m12`, by its place in the list; of one that the catalog lacks, its tag. */
export function shortHead(cell: Pick<MigrationCell, 'head' | 'head_position'>): string {
  if (cell.head_position !== null) return text.place(cell.head_position);
  return cell.head === null ? '' : plain(cell.head);
}

/** As the ordinary matrix has it: "m12", "m10 −2". Nothing where nothing is known or there are no migrations. */
export function headFace(cell: MigrationCell | undefined): { head: string; behind: string } | null {
  if (!cell || (cell.error && cell.migrations.length === 0)) return null;
  const head = shortHead(cell);
  if (head === '' && cell.pending === 0) return null;
  return { head: head === '' ? 'm0' : head, behind: cell.pending > 0 ? `−${cell.pending}` : '' };
}

const mark = (kind: MarkKind, word: string, short = ''): Mark => ({ kind, word, short });

/** What is being read comes first, then what keeps it from being read, then what needs a person, then how far it is. */
export function migrationFace(
  configured: boolean,
  cell: MigrationCell | undefined,
  reading: Reading | undefined,
): MigrationFace {
  if (!configured) return { head: '', marks: [mark('unconfigured', '')] };
  const marks: Mark[] = [];
  if (reading) marks.push(mark('reading', reading.begun ? text.reading : text.waiting));
  if (!cell) {
    if (!reading) marks.push(mark('unknown', text.unknown));
    return { head: '', marks };
  }
  if (cell.error && !reading)
    marks.push(mark('unreadable', text.byCode[cell.error.code] ?? text.unreadable, '!'));
  if (cell.error && cell.migrations.length === 0) return { head: '', marks };
  const head = shortHead(cell);
  if (cell.failed > 0) marks.push(mark('failed', text.failed(cell.failed), String(cell.failed)));
  if (cell.drift) marks.push(mark('drift', text.drift));
  if (cell.missing > 0) marks.push(mark('missing', text.missing(cell.missing), String(cell.missing)));
  if (cell.changed > 0) marks.push(mark('changed', text.changed(cell.changed), String(cell.changed)));
  if (cell.pending > 0) marks.push(mark('behind', text.behind(cell.pending), String(cell.pending)));
  if (marks.every(({ kind }) => kind === 'reading' || kind === 'unreadable'))
    marks.push(cell.migrations.length === 0 ? mark('none', text.none) : mark('current', text.current));
  return { head: head === '' && cell.migrations.length > 0 ? 'm0' : head, marks };
}

/** Unfinished in such a way that a run is no way out of it. */
export function isStuck(standing: MigrationStanding): boolean {
  if (standing.state === 'started') return true;
  return standing.state === 'failed' && (standing.statements_done > 0 || standing.under_way !== null);
}

/** "now", "5 min", "3 h", "2 d": how old what is shown is. */
export function age(rfc3339: string, now: number): string {
  const seconds = (now - new Date(rfc3339).getTime()) / 1000;
  if (Number.isNaN(seconds)) return '';
  if (seconds < 60) return 'now';
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** Whole, for those who point at the cell or open it. */
export function cellTitle(cell: MigrationCell | undefined, ago: (rfc3339: string) => string): string {
  if (!cell) return text.never;
  const head = cell.migrations.find(({ tag }) => tag === cell.head);
  return [
    cell.head === null ? text.nothing : text.head(plain(head?.name ?? cell.head)),
    ...migrationFace(true, cell, undefined)
      .marks.filter(({ kind }) => kind !== 'unreadable')
      .map(({ word }) => word),
    text.read(ago(cell.checked_at)),
    ...(cell.error ? [plain(cell.error.message)] : []),
  ].join('\n');
}
