import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readGuide } from '../../../vite.guide';
import { type Inline, textOf } from './document';
import { search, sectionsOf } from './search';
import { BY_CODE, BY_STAGE, DRIFT, PLACES, STOPPED } from './topics';

const { pages, pictures } = readGuide();

const docs = join(import.meta.dirname, '../../../../docs');

/** Every piece of code in a text. */
function codeOf(of: Inline[]): string[] {
  return of.flatMap((part) =>
    typeof part === 'string' ? [] : part.kind === 'code' ? [part.text] : codeOf(part.of),
  );
}

describe('the guide', () => {
  // A link or a picture that leads nowhere, HTML, and a page that is listed nowhere stop `readGuide`, and a build with it.
  test('is read whole', () => {
    expect(pages.length).toBeGreaterThan(20);
    expect(pages.filter((page) => page.blocks.length === 0)).toEqual([]);
    expect(new Set(pages.map((page) => page.id)).size).toBe(pages.length);
  });

  test('has the place that each error leads to', () => {
    for (const [code, topic] of Object.entries({ ...BY_CODE, ...BY_STAGE, STOPPED, DRIFT, PLACES })) {
      const page = pages.find(({ id }) => id === topic.page);
      const anchors = page?.blocks.map((block) => (block.kind === 'heading' ? block.id : ''));
      expect(anchors, code).toContain(topic.anchor);
    }
  });

  test('has no picture that is too large, and shows every picture that is kept', () => {
    const folder = join(docs, 'pictures');
    const shown = new Set(pictures.flatMap((name) => [`${name}-light.webp`, `${name}-dark.webp`]));
    const files = readdirSync(folder);
    expect(files.filter((name) => statSync(join(folder, name)).size > 40_000)).toEqual([]);
    const readMe = readFileSync(join(docs, '../README.md'), 'utf8');
    expect(files.filter((name) => !shown.has(name) && !readMe.includes(name))).toEqual([]);
    expect(files.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)).toBeLessThan(1_000_000);
  });

  test('names only keys that the window listens to', () => {
    const sources = files(join(import.meta.dirname, '../..'))
      .filter((path) => /\.tsx?$/.test(path) && !/\.test\.|platform\/fake|bindings/.test(path))
      .map((path) => readFileSync(path, 'utf8'))
      .join('\n');
    const listens = (key: string) => {
      const name = { '←': 'ArrowLeft', '↑': 'ArrowUp', '↓': 'ArrowDown', Space: ' ' }[key] ?? key;
      const quoted = [name, name.toLowerCase()]
        .map((each) => `'${each.replace(/[.?/]/g, '\\$&')}'`)
        .join('|');
      return new RegExp(`(?:===|case|keys?:) (?:${quoted})`).test(sources);
    };
    const tables = pages
      .filter(({ id }) => id === 'keyboard-shortcuts')
      .flatMap(({ blocks }) => blocks.flatMap((block) => (block.kind === 'table' ? [block] : [])));
    const keys = tables
      .flatMap(({ rows }) => rows.flatMap(([first = []]) => codeOf(first)))
      // Completion is the editor's own.
      .filter((key) => key !== 'Ctrl Space');
    expect(keys.length).toBeGreaterThan(40);
    const last = (key: string) => key.split(' ').at(-1) ?? '';
    expect(keys.filter((key) => !listens(last(key)))).toEqual([]);
    expect(listens('Q'), 'a key that nothing listens to is found').toBe(false);
  });
});

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });
}

describe('the search', () => {
  const sections = sectionsOf(pages);
  test('finds a section by any of its words, headings first', () => {
    const [first] = search(sections, 'forgotten passphrase vault');
    expect(first).toMatchObject({ page: 'passwords', anchor: 'the-vault-file' });
    expect(search(sections, 'keyrings linux')[0]?.page).toBe('keyrings-on-linux');
    expect(search(sections, 'KEYRING_TIMEOUT')[0]).toMatchObject({ page: 'keyrings-on-linux' });
  });
  test('shows where the word stands', () => {
    for (const { excerpt } of search(sections, 'gnome-keyring-daemon')) {
      expect(excerpt).toContain('gnome-keyring-daemon');
      expect(excerpt.length).toBeLessThan(160);
    }
  });
  test('finds nothing for nothing, and nothing for what is not there', () => {
    expect(search(sections, '  ')).toEqual([]);
    expect(search(sections, 'password zanzibar')).toEqual([]);
  });
  test('reads every word of a page', () => {
    const all = pages.flatMap(({ blocks }) => blocks.map(textOf)).join(' ');
    expect(all).toContain('gnome-keyring-daemon --unlock');
    expect(all).not.toContain('](');
  });
});
