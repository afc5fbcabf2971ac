// A result of a hundred thousand rows and fifty columns in Chromium: `?rows=100000` makes every action that reads give it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { axe, clipboard, focused, front, id, until } from './harness.mjs';

const open = front();
const QUERY = 'fake=three&pace=0&rows=100000';

const current = (page) =>
  page.evaluate(() => {
    const grid = document.querySelector('[data-testid=result-grid]');
    const cell = document.getElementById(grid.getAttribute('aria-activedescendant'));
    return { row: cell?.closest('[role=row]').getAttribute('aria-rowindex'), column: cell?.dataset.column ?? cell?.dataset.header, text: cell?.textContent };
  });

async function run(page) {
  await id(page, 'nav-actions').click();
  await id(page, 'action-orders-open-orders').click();
  await id(page, 'run').click();
  await until(async () => /^99,500 rows so far/.test((await id(page, 'result-count').textContent({ timeout: 30_000 })) ?? ''), 'the rows are there');
  await id(page, 'result-grid').focus();
}

test('a hundred thousand rows scroll without jank, and few are in the document', () =>
  open(QUERY, async (page) => {
    await run(page);
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable');
    const script = async () => (await session.send('Performance.getMetrics')).metrics.find((metric) => metric.name === 'ScriptDuration').value;
    for (const [side, by] of [['scrollTop', 260], ['scrollTop', 20_000], ['scrollLeft', 60]]) {
      const before = await script();
      const cells = await page.evaluate(
        async ([side, by]) => {
          const grid = document.querySelector('[data-testid=result-grid]');
          for (let frame = 0; frame < 100; frame += 1) {
            grid[side] += by;
            await new Promise(requestAnimationFrame);
          }
          return grid.querySelectorAll('[role=gridcell]').length;
        },
        [side, by],
      );
      const perFrame = ((await script()) - before) * 10;
      assert.ok(cells < 1000, `${cells} cells are in the document`);
      // As with the matrix: our own share of a frame is what is held to account.
      assert.ok(perFrame < 40, `scripts take ${perFrame.toFixed(1)} ms of a frame by ${side}`);
    }
  }));

test('by keys: to the ends, sort, select, copy, fetch more', () =>
  open(QUERY, async (page) => {
    await run(page);
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
  }));

test('ten megabytes in a cell open, are searched and closed; hostile text is text', () =>
  open(QUERY, async (page) => {
    await run(page);
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
  }));

for (const theme of ['light', 'dark'])
  test(`axe finds nothing, ${theme}`, () =>
    open(`${QUERY}&theme=${theme}`, async (page) => {
      await run(page);
      await page.keyboard.press('Shift+ArrowDown');
      await axe(page, `result, ${theme}`);
      await page.keyboard.press('Escape');
      await page.keyboard.press('Control+Home');
      for (let press = 0; press < 4; press += 1) await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Enter');
      await id(page, 'value-content').waitFor();
      await axe(page, `viewer, ${theme}`);
    }));
