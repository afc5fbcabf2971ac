/** A browser upon the fake front end for the tests of one file, and what they all do with a page. */
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { AXE, openBrowser, serve } from './support.mjs';

const VIEWPORT = { width: 1280, height: 800 };

/**
 * Starts and ends both around the tests of the calling file; answers how a page is opened. All tests of a file go through
 * one page, one after the other: a document is new each time, while the browser keeps the code that it has compiled.
 */
export function front({ still = false } = {}) {
  let server;
  let browser;
  let page;
  let errors = [];

  async function begin() {
    // Without motion where pictures are judged and nobody watches: nothing has to be waited for.
    const context = await browser.newContext({ viewport: VIEWPORT, reducedMotion: still ? 'reduce' : 'no-preference' });
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.url.slice(0, -1) });
    // A machine may have others to serve: what never comes fails all the same.
    context.setDefaultTimeout(60_000);
    page = await context.newPage();
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  }
  /** Nothing of a test is there for the next one: what failed may have left anything. */
  async function end() {
    const context = page?.context();
    page = undefined;
    await context?.close();
  }

  before(async () => {
    server = await serve();
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  /** A page whose every error fails the test: a CSP violation is one of them. */
  return async function open(query, run, viewport = VIEWPORT) {
    if (page === undefined) await begin();
    errors = [];
    try {
      await page.setViewportSize(viewport);
      await page.goto(`${server.url}?${query}`);
      await run(page);
      assert.deepEqual(errors, []);
      await page.evaluate(() => localStorage.clear());
    } catch (error) {
      await end();
      throw error;
    }
  };
}

export const id = (page, name) => page.getByTestId(name);
export const state = (page, cell) => id(page, cell).getAttribute('data-state');

export async function until(check, what) {
  const end = Date.now() + 30_000;
  while (!(await check())) {
    if (Date.now() > end) assert.fail(`never: ${what}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}

/** Until nothing has changed for a moment: a screen's code comes when it is first shown, or ahead of that. */
export async function settled(page) {
  await page.locator('h1').first().waitFor({ state: 'attached' });
  await page.evaluate(async () => {
    await document.fonts.ready;
    let changed = performance.now();
    const observer = new MutationObserver(() => (changed = performance.now()));
    observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
    // What runs tells of itself for as long as it runs.
    const end = changed + 1000;
    while (performance.now() < Math.min(changed + 100, end)) await new Promise((done) => setTimeout(done, 20));
    observer.disconnect();
  });
  await moved(page);
}

/** Until what changes its looks step by step has done so: what is inside begins when what is around it has ended. */
async function moved(page) {
  await page.evaluate(async () => {
    const moving = () => document.getAnimations().filter((animation) => animation.effect?.getComputedTiming().iterations !== Infinity);
    for (let still = 0; still < 3; ) {
      await new Promise(requestAnimationFrame);
      const ending = moving();
      still = ending.length === 0 ? still + 1 : 0;
      await Promise.allSettled(ending.map((animation) => animation.finished));
    }
  });
}

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** The rules whose findings depend on colours, and so on the theme. */
const COLOUR_RULES = ['color-contrast', 'link-in-text-block'];

async function runAxe(page, name, runOnly) {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.addScriptTag({ url: AXE });
  const found = await page.evaluate(async (runOnly) => {
    const { violations } = await globalThis.axe.run(document, { runOnly, resultTypes: ['violations'], elementRef: false, preload: false });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target} ${node.failureSummary}`).join(' | ')}`);
  }, runOnly);
  assert.deepEqual(found.map((violation) => `${name}: ${violation}`), []);
}

/** All rules, upon what is shown. */
export async function axe(page, name) {
  await settled(page);
  await runAxe(page, name, TAGS);
}

/** All rules in the light theme, those of colours in the dark one too: nothing else differs between the two. */
export async function axeInBothThemes(page, name) {
  await page.emulateMedia({ colorScheme: 'light' });
  await axe(page, `${name}, light`);
  await page.emulateMedia({ colorScheme: 'dark' });
  await moved(page);
  await runAxe(page, `${name}, dark`, { type: 'rule', values: COLOUR_RULES });
  await page.emulateMedia({ colorScheme: 'light' });
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
