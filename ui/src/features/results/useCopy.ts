/** What is copied of a grid, and the menus for it. */
import { useRef, useState } from 'react';
import { shortcut } from '../../app/platformKeys';
import type { ColumnView } from '../../bindings/ColumnView';
import type { Action } from '../../design/Menu';
import { plain } from '../../design/text';
import { say } from '../../design/toasts';
import { results as text } from '../../text/results';
import { joinedInSlices, TooLong, toClipboard } from './clipboard';
import { type CopyFormat, type CopyOptions, type Excerpt, hasInsert, pieces } from './copy';
import type { Range } from './range';
import { cutAt, wholeText } from './values';

/** A grid's content in the order that is shown. */
export interface Source {
  columns: readonly ColumnView[];
  rows: number;
  row: (place: number) => readonly unknown[];
  /** A column that is copied before the others with whole rows; it says where a row is from. */
  lead?: { column: ColumnView; value: (place: number) => string };
}

const FORMATS = ['csv', 'json', 'markdown', 'insert'] as const;

/** The cells of a range. */
export function excerptOf(source: Source, range: Range): Excerpt {
  return {
    columns: source.columns.slice(range.left, range.right + 1),
    rows: range.bottom - range.top + 1,
    value: (row, column) => source.row(range.top + row)[range.left + column],
  };
}

/** Every row, with what says where it is from. */
export function wholeExcerpt(source: Source): Excerpt {
  const { lead } = source;
  if (!lead)
    return { columns: source.columns, rows: source.rows, value: (row, column) => source.row(row)[column] };
  return {
    columns: [lead.column, ...source.columns],
    rows: source.rows,
    value: (row, column) => (column === 0 ? lead.value(row) : source.row(row)[column - 1]),
  };
}

async function put(content: string, done: string): Promise<void> {
  const written = await toClipboard(content);
  say(written ? { text: done } : { text: text.notCopied, tone: 'error' });
}

/** Copies a value as it is. */
export async function copyValue(value: unknown): Promise<void> {
  await put(wholeText(value), text.copiedValue);
}

/** How far a copy is. */
export interface Copying {
  rows: number;
  total: number;
  characters: number;
}

/** How often it is told, in milliseconds. */
const PROGRESS_PACE = 150;

export function useCopy(source: Source, options: CopyOptions) {
  const [copying, setCopying] = useState<Copying | null>(null);
  const cancelled = useRef(false);
  const copy = async (format: CopyFormat, excerpt: Excerpt) => {
    const total = excerpt.rows;
    let told = performance.now();
    cancelled.current = false;
    setCopying({ rows: 0, total, characters: 0 });
    try {
      const single = excerpt.rows === 1 && excerpt.columns.length === 1;
      const content = await joinedInSlices(pieces(format, excerpt, options), (rows, characters) => {
        if (performance.now() - told > PROGRESS_PACE) {
          told = performance.now();
          setCopying({ rows, total, characters });
        }
        return !cancelled.current;
      });
      if (content === null) return;
      await put(content, single ? text.copiedValue : text.copied(excerpt.rows));
    } catch (thrown) {
      // A text longer than the web view can hold says so by a range error.
      say({ text: thrown instanceof TooLong ? text.tooLong : text.notCopied, tone: 'error' });
    } finally {
      setCopying(null);
    }
  };
  const formats = FORMATS.filter((format) => format !== 'insert' || hasInsert(options.dialect));
  const allActions = (): Action[] =>
    formats.map((format) => ({
      id: `copy-${format}`,
      label: text.all(text.formats[format]),
      disabled: source.rows === 0,
      run: () => void copy(format, wholeExcerpt(source)),
    }));
  const rangeActions = (range: Range): Action[] => [
    {
      id: 'copy-cells',
      label: text.copyCells,
      keys: shortcut('C'),
      run: () => void copy('tsv', excerptOf(source, range)),
    },
    {
      id: 'copy-headed',
      label: text.copyHeaded,
      run: () => void copy('tsv-headed', excerptOf(source, range)),
    },
    ...formats.map((format) => ({
      id: `copy-selection-${format}`,
      label: text.selection(text.formats[format]),
      run: () => void copy(format, excerptOf(source, range)),
    })),
  ];
  return {
    copying,
    cancel: () => {
      cancelled.current = true;
    },
    copyRange: (range: Range) => void copy('tsv', excerptOf(source, range)),
    copyName: (column: number) => void put(source.columns[column]?.name ?? '', text.copiedValue),
    /** Of the button: the selection first, where there is one. */
    menu: (range: Range | null): Action[] => {
      const all = allActions();
      const [first, ...others] = all;
      return range && first ? [...rangeActions(range), { ...first, apart: true }, ...others] : all;
    },
    rangeActions,
    nameOf: (column: number) => plain(cutAt(source.columns[column]?.name ?? '', 60)),
  };
}
