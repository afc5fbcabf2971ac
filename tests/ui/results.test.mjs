// A result of a hundred thousand rows and fifty columns in Chromium: `?rows=100000` makes every action that reads give it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { axeInBothThemes, clipboard, focused, front, id, until } from './harness.mjs';
import { HUNDRED_THOUSAND, run } from './rows.mjs';

const open = front();
const current = (page) =>
  page.evaluate(() => {
    const grid = document.querySelector('[data-testid=result-grid]');
    const cell = document.getElementById(grid.getAttribute('aria-activedescendant'));
    return { row: cell?.closest('[role=row]').getAttribute('aria-rowindex'), column: cell?.dataset.column ?? cell?.dataset.header, text: cell?.textContent };
  });

/** To the ends, sort, select, copy, fetch more. */
async function byKeys(page) {
  const { keyboard } = page;
  await keyboard.press('Control+End');
  await until(async () => (await current(page)).row === '99501', 'the last row');
  assert.equal((await current(page)).column, '49');
  await keyboard.press('ArrowDown');
  assert.match((await current(page)).text, /Fetch more rows/);
  await keyboard.press('Enter');
  await until(async () => (await id(page, 'result-count').textContent()) === '100,000 rows', 'more rows');
  await id(page, 'result-grid').focus();
  await keyboard.press('Control+Home');
  await keyboard.press('ArrowUp');
  await keyboard.press('Enter');
  const heading = id(page, 'result-column-0');
  await until(async () => (await heading.getAttribute('aria-sort')) === 'ascending', 'sorted');
  await keyboard.press('ArrowDown');
  const first = BigInt((await current(page)).text);
  await keyboard.press('ArrowDown');
  assert.ok(BigInt((await current(page)).text) >= first, 'by value, with every digit');
  await keyboard.press('ArrowUp');
  await keyboard.press('Shift+ArrowRight');
  await keyboard.press('Shift+ArrowDown');
  assert.equal(await page.locator('[role=gridcell][aria-selected=true]').count(), 4);
  await keyboard.press('Control+c');
  await until(async () => /^\d+\t.*\n\d+\t/.test(await clipboard(page)), 'four cells on the clipboard');
  await keyboard.press('Control+Home');
  await keyboard.press('ArrowUp');
  await keyboard.press('Enter');
  await keyboard.press('Enter');
  assert.equal(await heading.getAttribute('aria-sort'), 'none');
}

/** Ten megabytes in a cell open, are searched and closed; hostile text is text. */
async function hostileValues(page) {
  const { keyboard } = page;
  const { text } = await page.evaluate(() => ({ text: [...document.querySelectorAll('[data-column="1"]')].slice(0, 7).map((cell) => [cell.dataset.kind, cell.textContent]) }));
  assert.deepEqual(text.slice(0, 6), [['text', ''], ['text', 'NULL'], ['text', '=1+2'], ['text', 'txt.exe'], ['text', 'a↵b'], ['text', '</script>']]);
  assert.equal(text[6][1].length, 301);
  await keyboard.press('ArrowRight');
  for (let press = 0; press < 6; press += 1) await keyboard.press('ArrowDown');
  const started = Date.now();
  await keyboard.press('Enter');
  await id(page, 'value-content').waitFor();
  assert.ok(Date.now() - started < 5000, 'it opens while a person waits');
  assert.ok((await id(page, 'value-content').textContent()).length < 100_000);
  await keyboard.press('Control+f');
  assert.equal(await focused(page), 'value-search');
  await keyboard.type('xx');
  await keyboard.press('Enter');
  await until(async () => /^1 of 10,000\+/.test(await id(page, 'value-matches').textContent()), 'found');
  await keyboard.press('Escape');
  await until(async () => (await focused(page)) === 'result-grid', 'the focus is back');
  assert.equal((await current(page)).row, '8');
  assert.equal((await current(page)).column, '1');
}

// The rows take seconds to make: both go through the same ones.
test('a hundred thousand rows', () =>
  open(HUNDRED_THOUSAND, async (page) => {
    await run(page);
    await hostileValues(page);
    await byKeys(page);
  }));

test('axe finds nothing in a result and in the viewer', () =>
  open('fake=three&pace=0&rows=1000', async (page) => {
    await run(page, '500');
    await page.keyboard.press('Shift+ArrowDown');
    await axeInBothThemes(page, 'result');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+Home');
    for (let press = 0; press < 4; press += 1) await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await id(page, 'value-content').waitFor();
    await axeInBothThemes(page, 'viewer');
  }));
