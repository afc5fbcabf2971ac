/** What the viewer shows of a value, and in which views. */
import type { ColumnView } from '../../bindings/ColumnView';
import { type JsonLines, jsonLayout } from './json';
import { bytesOf, hexDump, type Lines, textLines } from './lines';
import { extended, type Kind, kindOf, kindOfType, wholeText } from './values';

export type ViewName = 'json' | 'text' | 'bytes';

export interface Content {
  kind: Kind;
  /** The whole value, as it is copied. */
  whole: string;
  json: JsonLines | null;
  /** The bytes that the value stands for, as far as they are shown, and how many there are of them. */
  bytes: { dump: string; shown: number; all: number } | null;
  /** The views that it has, the best one first. */
  views: ViewName[];
}

/** Bytes of a text in hex or in base64. */
function byteCount(text: string, base64: boolean): number {
  if (!base64) return Math.max(0, Math.floor((text.length - 2) / 2));
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return Math.floor((text.length * 3) / 4) - padding;
}

/** Reads a value in slices: one of ten megabytes takes many frames. */
export function* readContent(value: unknown, column: ColumnView): Generator<unknown, Content> {
  const kind = kindOf(value, kindOfType(column.type));
  const object = typeof value === 'object' && value !== null;
  const whole = wholeText(value);
  yield whole.length;
  const base64 = object && extended(value)?.kind === 'bytes';
  const raw = kind === 'bytes' ? bytesOf(whole, base64) : null;
  const bytes = raw ? { dump: yield* hexDump(raw), shown: raw.length, all: byteCount(whole, base64) } : null;
  const json = yield* jsonLayout(object && base64 ? JSON.stringify(value) : whole);
  const views: ViewName[] = [
    ...(bytes ? ['bytes' as const] : []),
    ...(json ? ['json' as const] : []),
    'text',
  ];
  return { kind, whole, json, bytes, views };
}

/** The lines of a view. */
export function linesOfView(content: Content, view: ViewName): Lines {
  if (view === 'json' && content.json) return content.json;
  return textLines(view === 'bytes' && content.bytes ? content.bytes.dump : content.whole);
}
