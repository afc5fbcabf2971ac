/** Serves the front end with the fake platform (a production build of it) and opens Chromium upon it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { extname, join, relative } from 'node:path';
import { frontEnd, ui } from './front-end.mjs';

const require = createRequire(join(ui, 'package.json'));
const { chromium } = require('playwright-core');

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.woff2': 'font/woff2', '.webp': 'image/webp' };

/** The window's CSP, with the nonce that Tauri would put into the page: what breaks it breaks here too. */
const NONCE = 'c3R5bGUtbm9uY2U';
const CSP = `default-src 'self'; script-src 'self'; style-src 'self' 'nonce-${NONCE}'; connect-src ipc: http://ipc.localhost; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'`;

/** Where axe is served: a script of the page's own origin, which its CSP lets in and the browser keeps compiled. */
export const AXE = '/axe.js';

export async function serve() {
  const root = frontEnd();
  const files = new Map(
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.path, entry.name))
      .map((file) => [`/${relative(root, file)}`, readFileSync(file)]),
  );
  const index = files.get('/index.html').toString().replaceAll('__TAURI_STYLE_NONCE__', NONCE);
  files.set(AXE, require('axe-core').source);
  const server = createServer((request, response) => {
    const path = new URL(request.url, 'http://localhost').pathname;
    const file = files.get(path);
    response.setHeader('Content-Security-Policy', CSP);
    if (path === '/' || file === undefined) {
      response.setHeader('Content-Type', 'text/html');
      response.end(index);
      return;
    }
    response.setHeader('Content-Type', TYPES[extname(path)] ?? 'application/octet-stream');
    // A file's name tells its contents, so that the browser keeps it, and its compiled code, from page to page.
    response.setHeader('Cache-Control', 'max-age=86400, immutable');
    response.end(file);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    close: () => new Promise((done) => server.close(done)),
  };
}

/** A browser with a home of its own, which goes with it. */
export async function openBrowser() {
  const home = mkdtempSync(join(tmpdir(), 'tapedeck-home-'));
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    env: { ...process.env, HOME: home },
  });
  browser.on('disconnected', () => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));
  return browser;
}
