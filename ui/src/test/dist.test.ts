import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const dist = join(root, 'dist');

/** What stands between a start and its first frame is read and run whole. Parts that are seen later are `later`'s. */
const FIRST_SCRIPT_LIMIT = 440_000;

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });
}

describe.runIf(existsSync(dist))('the production bundle', () => {
  const texts = files(dist)
    .filter((path) => /\.(js|html|css)$/.test(path))
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');
  test('holds no line of the fake', () => {
    expect(texts).not.toContain('stg-db.internal');
    expect(texts).not.toContain('Access denied for user');
  });
  test('needs no inline script or style', () => {
    const html = readFileSync(join(dist, 'index.html'), 'utf8');
    expect(html).not.toMatch(/<style|<script(?![^>]*\ssrc=)|\sstyle=|\son\w+=/);
    expect(html).toContain('__TAURI_STYLE_NONCE__');
    expect(texts).not.toContain('data:font');
  });
  test('draws its first frame with one script, which has no editor and no component library in it', () => {
    const html = readFileSync(join(dist, 'index.html'), 'utf8');
    const scripts = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+\.js)"/g)].map(([, path]) => path ?? '');
    expect(scripts).toHaveLength(1);
    const first = readFileSync(join(dist, scripts[0] ?? ''), 'utf8');
    expect(first).not.toMatch(/^import\b[^(]|[;}]import\s*[{*"']/m);
    expect(first).not.toContain('cm-content');
    expect(first).not.toContain('data-rac');
    expect(texts).toContain('cm-content');
    expect(texts).toContain('data-rac');
    expect(first.length).toBeLessThan(FIRST_SCRIPT_LIMIT);
  });
});

describe('the source', () => {
  const sources = files(join(root, 'src')).filter((path) => /\.(ts|tsx|css)$/.test(path));
  test('names colours only in the tokens', () => {
    const colours = sources.filter(
      (path) =>
        path.endsWith('.css') &&
        !path.endsWith('tokens.css') &&
        /#[0-9a-f]{3,8}\b|\brgb\(|\bhsl\(/i.test(readFileSync(path, 'utf8')),
    );
    expect(colours).toEqual([]);
  });
  test('keeps its files under 600 lines', () => {
    const long = sources.filter(
      (path) => !/bindings|fake/.test(path) && readFileSync(path, 'utf8').split('\n').length > 600,
    );
    expect(long).toEqual([]);
  });
  test('never asks an engine for its name', () => {
    const asking = sources.filter(
      (path) =>
        !/fake|bindings|\.test\./.test(path) &&
        /===?\s*'(mongodb|postgresql|mysql)'/.test(readFileSync(path, 'utf8')),
    );
    expect(asking).toEqual([]);
  });
});
