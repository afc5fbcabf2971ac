/** A browser upon the fake front end for the tests of one file, and what they all do with a page. */
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { axeSource, openBrowser, serve } from './support.mjs';

/** Starts and ends both around the tests of the calling file; answers how a page is opened. */
export function front() {
  let server;
  let browser;
  before(async () => {
    server = await serve();
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  /** A page whose every error fails the test: a CSP violation is one of them. */
  return async function open(query, run, viewport = { width: 1280, height: 800 }) {
    const page = await browser.newPage({ viewport });
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.url.slice(0, -1) });
    const errors = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    try {
      await page.goto(`${server.url}?${query}`);
      await run(page);
      assert.deepEqual(errors, []);
    } finally {
      await page.close();
    }
  };
}

export const id = (page, name) => page.getByTestId(name);
export const state = (page, cell) => id(page, cell).getAttribute('data-state');

export async function until(check, what) {
  const end = Date.now() + 15_000;
  while (!(await check())) {
    if (Date.now() > end) assert.fail(`never: ${what}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

export async function axe(page, name) {
  // A screen's code comes when it is first shown, or ahead of that.
  await page.locator('h1').first().waitFor({ state: 'attached' });
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
  const found = violations.map((violation) => `${name}: ${violation.id}: ${violation.nodes.map((node) => `${node.target} ${node.failureSummary}`).join(' | ')}`);
  assert.deepEqual(found, []);
}

/** The test id of what has the focus. */
export const focused = (page) => page.evaluate(() => document.activeElement?.closest('[data-testid]')?.dataset.testid ?? null);

/** By Tab alone to a control: one that Tab does not reach fails here. */
export async function tabTo(page, name, key = 'Tab') {
  const passed = [];
  for (let press = 0; press < 80; press += 1) {
    if ((await focused(page)) === name) return;
    await page.keyboard.press(key);
    passed.push(await focused(page));
  }
  assert.fail(`${name} is not reached by ${key}: ${passed.join(', ')}`);
}

/** By arrow keys alone to an item of an open menu, and chooses it. */
export async function chooseInMenu(page, name) {
  await id(page, name).waitFor();
  for (let press = 0; press < 20; press += 1) {
    if ((await focused(page)) === name) return page.keyboard.press('Enter');
    await page.keyboard.press('ArrowDown');
  }
  assert.fail(`${name} is not reached by arrow keys`);
}

/** From the matrix's first cell to another, by arrow keys; the matrix has the focus. */
export async function goToCell(page, name) {
  await id(page, name).waitFor();
  await tabTo(page, 'matrix');
  const current = () =>
    page.evaluate(() => document.getElementById(document.querySelector('[role=grid]').getAttribute('aria-activedescendant'))?.dataset.testid);
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('ArrowRight');
  for (let row = 0; row < 5; row += 1) {
    for (let column = 0; column < 4; column += 1) {
      if ((await current()) === name) return;
      await page.keyboard.press('ArrowRight');
    }
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
  }
  assert.fail(`${name} is not reached by arrow keys: ${await current()}`);
}

/** A real paste, through the clipboard. */
export async function paste(page, text) {
  await page.evaluate((content) => navigator.clipboard.writeText(content), text);
  await page.keyboard.press('Control+v');
}

export const clipboard = (page) => page.evaluate(() => navigator.clipboard.readText());
