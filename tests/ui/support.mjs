/** Serves the front end with the fake platform (a production build of it) and opens Chromium upon it. */
import { spawnSync } from 'node:child_process';
import { createReadStream, existsSync, mkdtempSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ui = fileURLToPath(new URL('../../ui/', import.meta.url));
const require = createRequire(join(ui, 'package.json'));
const { chromium } = require('playwright-core');
export const axeSource = require('axe-core').source;

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.woff2': 'font/woff2', '.png': 'image/png' };

/** The window's CSP, with the nonce that Tauri would put into the page: what breaks it breaks here too. */
const NONCE = 'c3R5bGUtbm9uY2U';
const CSP = `default-src 'self'; script-src 'self'; style-src 'self' 'nonce-${NONCE}'; connect-src ipc: http://ipc.localhost; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'`;

export function build() {
  const out = process.env.TAPEDECK_UI_DIST ?? join(ui, 'dist-fake');
  if (process.env.TAPEDECK_UI_DIST === undefined) {
    const done = spawnSync('npx', ['vite', 'build', '--mode', 'fake', '--outDir', out, '--logLevel', 'warn'], {
      cwd: ui,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    if (done.status !== 0) throw new Error('the front end does not build');
  }
  return out;
}

export async function serve() {
  const root = build();
  const index = join(root, 'index.html');
  const { readFileSync } = await import('node:fs');
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url, 'http://localhost').pathname);
    const file = join(root, path);
    response.setHeader('Content-Security-Policy', CSP);
    if (path !== '/' && file.startsWith(root) && existsSync(file) && statSync(file).isFile()) {
      response.setHeader('Content-Type', TYPES[extname(file)] ?? 'application/octet-stream');
      createReadStream(file).pipe(response);
      return;
    }
    response.setHeader('Content-Type', 'text/html');
    response.end(readFileSync(index, 'utf8').replaceAll('__TAURI_STYLE_NONCE__', NONCE));
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    close: () => new Promise((done) => server.close(done)),
  };
}

export function openBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    env: { ...process.env, HOME: mkdtempSync(join(tmpdir(), 'tapedeck-home-')) },
  });
}
