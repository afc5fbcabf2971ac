/** Reads docs/guide at build time: the window gets it as data, so that no Markdown reader and no HTML is in it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { lexer, type Token, type Tokens } from 'marked';
import type { Plugin } from 'vite';
import type { Block, GuidePage, Inline } from './src/features/help/document';

const DOCS = resolve(import.meta.dirname, '../docs');
const FOLDER = join(DOCS, 'guide');
/** The page that lists the others, under headings and in order. */
const FIRST = join(FOLDER, 'README.md');
const PICTURES = join(DOCS, 'pictures');

/** What stands in a page and can't be shown. A build stops at it. */
class GuideFault extends Error {
  constructor(path: string, what: string) {
    super(`${relative(DOCS, path)}: ${what}`);
  }
}

/** As GitHub makes them, so that a link works there too. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');
}

/** `guide/passwords.md` is `passwords`, `migrations.md` beside the guide is `rules-migrations`. */
function idOf(path: string): string {
  const name = basename(path, '.md');
  if (path === FIRST) return 'guide';
  return dirname(path) === FOLDER ? name : `rules-${name}`;
}

/** Width and height of a WebP without loss (RFC 9649, RIFF Header), so that the page does not move when it has come. */
function sizeOf(path: string): { width: number; height: number } {
  const head = readFileSync(path).subarray(0, 25);
  if (head.toString('latin1', 12, 16) !== 'VP8L')
    throw new GuideFault(path, 'it is no picture of scripts/pictures');
  const bits = head.readUInt32LE(21);
  return { width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 };
}

interface Reading {
  path: string;
  /** The files that are pages. A link to another file of the repository is its text alone. */
  pages: Set<string>;
  links: { page: string; anchor: string | null }[];
  pictures: Set<string>;
}

function inlinesOf(tokens: Token[] | undefined, reading: Reading): Inline[] {
  return (tokens ?? []).flatMap((token): Inline[] => {
    switch (token.type) {
      case 'text':
        if ('tokens' in token && token.tokens) return inlinesOf(token.tokens, reading);
        return [token.text.replace(/\n/g, ' ')];
      case 'escape':
        return [token.text];
      case 'codespan':
        return [{ kind: 'code', text: token.text }];
      case 'strong':
        return [{ kind: 'strong', of: inlinesOf(token.tokens, reading) }];
      case 'em':
        return [{ kind: 'emphasis', of: inlinesOf(token.tokens, reading) }];
      case 'link':
        return linkOf(token as Tokens.Link, reading);
      default:
        throw new GuideFault(reading.path, `no place for ${token.type}: ${token.raw}`);
    }
  });
}

function linkOf(token: Tokens.Link, reading: Reading): Inline[] {
  const of = inlinesOf(token.tokens, reading);
  if (/^https:/.test(token.href)) return [{ kind: 'external', address: token.href, of }];
  if (/^[a-z]+:/i.test(token.href)) throw new GuideFault(reading.path, `no link may lead to ${token.href}`);
  const [file = '', anchor = null] = token.href.split('#');
  const target = file === '' ? reading.path : resolve(dirname(reading.path), file);
  if (!existsSync(target)) throw new GuideFault(reading.path, `${token.href} is not there`);
  if (!reading.pages.has(target)) return of;
  const link = { page: idOf(target), anchor };
  reading.links.push(link);
  return [{ kind: 'link', ...link, of }];
}

function pictureOf(token: Tokens.Image, reading: Reading): Block {
  const light = resolve(dirname(reading.path), token.href);
  const name = basename(light, '-light.webp');
  for (const path of [light, join(PICTURES, `${name}-dark.webp`)]) {
    if (dirname(path) !== PICTURES || !existsSync(path))
      throw new GuideFault(reading.path, `the picture ${relative(DOCS, path)} is not there`);
  }
  if (token.text.trim() === '')
    throw new GuideFault(reading.path, `${name} has no text for who can’t see it`);
  reading.pictures.add(name);
  return { kind: 'picture', name, text: token.text, ...sizeOf(light) };
}

function blocksOf(tokens: Token[], reading: Reading): Block[] {
  // How often each has come: GitHub counts the later ones.
  const anchors = new Map<string, number>();
  return tokens.flatMap((token): Block[] => {
    switch (token.type) {
      case 'space':
        return [];
      case 'heading': {
        const name = anchorOf(token.text);
        const times = anchors.get(name) ?? 0;
        anchors.set(name, times + 1);
        const id = times === 0 ? name : `${name}-${times}`;
        return [{ kind: 'heading', level: token.depth, id, of: inlinesOf(token.tokens, reading) }];
      }
      case 'paragraph': {
        const [only, more] = token.tokens ?? [];
        if (only?.type === 'image' && more === undefined) return [pictureOf(only as Tokens.Image, reading)];
        return [{ kind: 'paragraph', of: inlinesOf(token.tokens, reading) }];
      }
      // A line of a tight list.
      case 'text':
        return [{ kind: 'paragraph', of: inlinesOf([token], reading) }];
      case 'list':
        return [
          {
            kind: 'list',
            ordered: token.ordered,
            items: token.items.map((item: Tokens.ListItem) => blocksOf(item.tokens, reading)),
          },
        ];
      case 'code':
        return [{ kind: 'code', language: token.lang ?? '', text: token.text }];
      case 'table': {
        const cells = (row: Tokens.TableCell[]) => row.map((cell) => inlinesOf(cell.tokens, reading));
        return [{ kind: 'table', head: cells(token.header), rows: token.rows.map(cells) }];
      }
      case 'blockquote':
        return [{ kind: 'quote', of: blocksOf(token.tokens ?? [], reading) }];
      case 'html':
        // Tables that a test writes stand between comments. No other HTML gets into the window.
        if (/^(\s*<!--[^>]*-->\s*)+$/.test(token.raw)) return [];
        throw new GuideFault(reading.path, `HTML is not shown: ${token.raw.trim()}`);
      default:
        throw new GuideFault(reading.path, `no place for ${token.type}: ${token.raw}`);
    }
  });
}

/** The pages that the first one lists, by path, each with its heading there. */
function listed(): Map<string, string> {
  const pages = new Map<string, string>();
  let group = '';
  for (const token of lexer(readFileSync(FIRST, 'utf8'))) {
    if (token.type === 'heading' && token.depth === 2) group = token.text;
    if (token.type !== 'list') continue;
    for (const item of token.items as Tokens.ListItem[]) {
      const link = /\]\(([^)#]+\.md)\)/.exec(item.text)?.[1];
      if (link === undefined) throw new GuideFault(FIRST, `this is no link to a page: ${item.text}`);
      pages.set(resolve(FOLDER, link), group);
    }
  }
  return pages;
}

export interface Guide {
  pages: GuidePage[];
  /** The names of the pictures that it shows. */
  pictures: string[];
  /** Every file that it was made of. */
  files: string[];
}

/** Reads the guide, and stops at the first thing in it that the window could not show. */
export function readGuide(): Guide {
  const groups = listed();
  for (const name of readdirSync(FOLDER)) {
    if (name.endsWith('.md') && name !== 'README.md' && !groups.has(join(FOLDER, name)))
      throw new GuideFault(FIRST, `${name} is listed nowhere`);
  }
  const files = [FIRST, ...groups.keys()];
  const pictures = new Set<string>();
  const links: { from: string; page: string; anchor: string | null }[] = [];
  const pages = files.map((path): GuidePage => {
    const reading: Reading = { path, pages: new Set(files), links: [], pictures };
    const [title, ...blocks] = blocksOf(lexer(readFileSync(path, 'utf8')), reading);
    if (title?.kind !== 'heading' || title.level !== 1 || typeof title.of[0] !== 'string')
      throw new GuideFault(path, 'a page begins with its title');
    links.push(...reading.links.map((link) => ({ from: path, ...link })));
    return { id: idOf(path), title: title.of[0], group: groups.get(path) ?? '', blocks };
  });
  for (const { from, page, anchor } of links) {
    const blocks = pages.find(({ id }) => id === page)?.blocks ?? [];
    if (anchor !== null && !blocks.some((block) => block.kind === 'heading' && block.id === anchor))
      throw new GuideFault(from, `${page} has no heading ${anchor}`);
  }
  return { pages, pictures: [...pictures], files };
}

const NAME = 'virtual:guide';
const RESOLVED = `\0${NAME}`;

/** Offers the guide as the module `virtual:guide`. Its pictures become files of the build. */
export function guide(): Plugin {
  return {
    name: 'guide',
    resolveId: (id) => (id === NAME ? RESOLVED : undefined),
    load(id) {
      if (id !== RESOLVED) return undefined;
      const { pages, pictures, files } = readGuide();
      for (const file of files) this.addWatchFile(file);
      const shades = pictures.flatMap((name) => [`${name}-light`, `${name}-dark`]);
      const imports = shades.map(
        (shade, index) => `import p${index} from ${JSON.stringify(`${join(PICTURES, shade)}.webp?url`)};`,
      );
      const entries = shades.map((shade, index) => `${JSON.stringify(shade)}: p${index}`);
      return [
        ...imports,
        // Quicker to read than an object written out.
        `export const pages = JSON.parse(${JSON.stringify(JSON.stringify(pages))});`,
        `export const pictures = { ${entries.join(', ')} };`,
      ].join('\n');
    },
  };
}
