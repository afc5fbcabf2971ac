/**
 * The production build of the front end with the fake core in it, made anew only where its sources changed.
 * Run by itself it builds, and says in which folder: `scripts/test-browser` does so once for all files.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ui = fileURLToPath(new URL('../../ui/', import.meta.url));

/** All that a build reads but the packages, which the lock file stands for. */
function fingerprint() {
  const hash = createHash('sha256');
  const files = [join(ui, 'src'), join(ui, '../docs')]
    .flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.path, entry.name));
  const settings = readdirSync(ui).filter((name) => /^(index\.html|package-lock\.json|vite\..*\.ts|vite\.config\.ts)$/.test(name));
  for (const file of [...files, ...settings.map((name) => join(ui, name))].sort())
    hash.update(`${file}\0`).update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

export function frontEnd() {
  if (process.env.TAPEDECK_UI_DIST !== undefined) return process.env.TAPEDECK_UI_DIST;
  const out = join(ui, 'dist-fake');
  const mark = join(out, '.built-from');
  const wanted = fingerprint();
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return out;
  const done = spawnSync('npx', ['vite', 'build', '--mode', 'fake', '--outDir', out, '--logLevel', 'warn'], {
    cwd: ui,
    stdio: ['ignore', 2, 2],
  });
  if (done.status !== 0) throw new Error('the front end does not build');
  writeFileSync(mark, wanted);
  return out;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(frontEnd());
