/** What a page of the guide is made of, once the build has read its Markdown. Nothing in it is HTML. */

/** What docs/guide is written in, whatever the language of the window. */
export const GUIDE_LANGUAGE = 'en';

export type Inline =
  | string
  | { kind: 'strong' | 'emphasis'; of: Inline[] }
  | { kind: 'code'; text: string }
  | { kind: 'link'; page: string; anchor: string | null; of: Inline[] }
  | { kind: 'external'; address: string; of: Inline[] };

export type Block =
  | { kind: 'heading'; level: number; id: string; of: Inline[] }
  | { kind: 'paragraph'; of: Inline[] }
  | { kind: 'list'; ordered: boolean; items: Block[][] }
  | { kind: 'code'; language: string; text: string }
  | { kind: 'table'; head: Inline[][]; rows: Inline[][][] }
  | { kind: 'quote'; of: Block[] }
  /** `name` is that of the file without `-light.webp`; there is a dark one beside it. */
  | { kind: 'picture'; name: string; text: string; width: number; height: number };

export interface GuidePage {
  /** What a link to it names. */
  id: string;
  title: string;
  /** The heading of the list that it stands under; empty for the first page. */
  group: string;
  blocks: Block[];
}

/** The letters of a text, without what it looks like. */
export function wordsOf(of: Inline[]): string {
  return of
    .map((part) => (typeof part === 'string' ? part : part.kind === 'code' ? part.text : wordsOf(part.of)))
    .join('');
}

/** What is read in a block, for the search. */
export function textOf(block: Block): string {
  switch (block.kind) {
    case 'heading':
    case 'paragraph':
      return wordsOf(block.of);
    case 'list':
      return block.items.map((item) => item.map(textOf).join(' ')).join(' ');
    case 'code':
      return block.text;
    case 'table':
      return [block.head, ...block.rows].map((row) => row.map(wordsOf).join(' ')).join(' ');
    case 'quote':
      return block.of.map(textOf).join(' ');
    case 'picture':
      return '';
  }
}
