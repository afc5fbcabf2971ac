// The front end in Chromium, upon the fake platform and under the window's CSP: `node --test tests/ui/*.test.mjs`.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { axe, front, id, state, tabTo, until } from './harness.mjs';

const open = front();

describe('by keyboard alone', () => {
  test('from nothing to a tested matrix', () =>
    open('fake=empty&pace=0.1', async (page) => {
      const { keyboard } = page;
      await id(page, 'first-run').waitFor();
      await tabTo(page, 'way-create');
      await keyboard.press('Enter');
      await id(page, 'product-name').waitFor();
      await keyboard.type('Web shop');
      assert.equal(await id(page, 'product-tag').inputValue(), 'web-shop');
      await keyboard.press('Enter');
      await id(page, 'matrix-empty').waitFor();
      await keyboard.press('Control+n');
      await id(page, 'database-name').waitFor();
      await keyboard.type('Orders');
      await keyboard.press('Tab');
      await keyboard.press('Tab');
      await keyboard.type('postgresql://app:hunter2@localhost/orders');
      assert.equal(await id(page, 'env-url-dev').innerText(), 'postgresql://app:••••••••@localhost/orders');
      await keyboard.press('Enter');
      await id(page, 'cell-orders-dev').waitFor();
      await id(page, 'drawer').waitFor();
      await keyboard.press('Control+1');
      await id(page, 'matrix').focus();
      await keyboard.press('Control+Enter');
      await until(async () => (await state(page, 'cell-orders-dev')) === 'ok', 'the test passes');
      assert.doesNotMatch(await page.content(), /hunter2/);
    }));

  test('the matrix: move, select, open, menu, delete, undo, filter', () =>
    open('fake=three&pace=0.1', async (page) => {
      const { keyboard } = page;
      const grid = id(page, 'matrix');
      await grid.waitFor();
      await grid.focus();
      const current = () => page.evaluate(() => document.getElementById(document.querySelector('[role=grid]').getAttribute('aria-activedescendant')).dataset.testid);
      assert.equal(await current(), 'cell-events-dev');
      await keyboard.press('ArrowRight');
      await keyboard.press('ArrowDown');
      assert.equal(await current(), 'cell-orders-stg');
      await keyboard.press('Shift+ArrowRight');
      await keyboard.press('Shift+ArrowDown');
      assert.equal(await page.locator('[aria-selected=true]').count(), 4);
      await keyboard.press('Escape');
      assert.equal(await page.locator('[aria-selected=true]').count(), 0);
      await keyboard.press('Control+Home');
      assert.equal(await current(), 'row-events');
      await keyboard.press('ArrowRight');
      await keyboard.press('ArrowUp');
      assert.equal(await current(), 'column-dev');
      await keyboard.press('Enter');
      await id(page, 'menu-edit-environment').waitFor();
      await keyboard.press('Escape');
      await keyboard.press('ArrowDown');
      await keyboard.press('Shift+F10');
      await id(page, 'menu-copy-masked').waitFor();
      await keyboard.press('Escape');
      await until(() => grid.evaluate((element) => element === document.activeElement), 'focus returns to the grid');
      await keyboard.press('Enter');
      await id(page, 'drawer').waitFor();
      await id(page, 'drawer-close').click();
      await keyboard.press('Delete');
      await until(async () => (await state(page, 'cell-events-dev')) === 'unconfigured', 'the connection is removed');
      await keyboard.press('Control+z');
      await until(async () => (await state(page, 'cell-events-dev')) !== 'unconfigured', 'undo brings it back');
      await keyboard.press('/');
      await keyboard.type('auth failed');
      await until(async () => (await page.locator('[role=rowheader]').count()) === 1, 'one row matches');
      await keyboard.press('Escape');
      await until(async () => (await page.locator('[role=rowheader]').count()) === 3, 'all rows are back');
    }));

  test('the editor: type hidden, follow in the form, reveal, save', () =>
    open('fake=three&pace=0.1', async (page) => {
      await id(page, 'cell-users-dev').click();
      const string = id(page, 'url-string');
      await string.click();
      await page.keyboard.press('Control+a');
      await page.keyboard.insertText('mysql://ada:l0velace@db.example:3307/users?ssl-mode=REQUIRED');
      await until(async () => (await id(page, 'user-field').inputValue()) === 'ada', 'the form follows the string');
      assert.equal(await id(page, 'port-field').inputValue(), '3307');
      assert.doesNotMatch(await string.innerText(), /l0velace/);
      await id(page, 'database-field').fill('people');
      await until(async () => /\/people\?ssl-mode=REQUIRED/.test(await string.innerText()), 'the string follows the form');
      await string.focus();
      await page.keyboard.press('Control+z');
      await until(async () => !/\/people\?/.test(await string.innerText()), 'undo spans the form');
      await page.keyboard.press('Control+s');
      await id(page, 'undo-toast').waitFor();
      await id(page, 'reveal').click();
      await until(async () => /ada:l0velace@/.test(await string.innerText()), 'revealed');
      await id(page, 'matrix').focus();
      await until(async () => !/l0velace/.test(await string.innerText()), 'hidden again when left');
    }));
});

test('a thousand rows scroll without jank', () =>
  open('fake=thousand', async (page) => {
    await id(page, 'matrix').waitFor();
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable');
    const script = async () =>
      (await session.send('Performance.getMetrics')).metrics.find((metric) => metric.name === 'ScriptDuration').value;
    const before = await script();
    const { rows, median } = await page.evaluate(async () => {
      const grid = document.querySelector('[role=grid]');
      const times = [];
      let last = performance.now();
      for (let frame = 0; frame < 100; frame += 1) {
        grid.scrollTop += 240;
        await new Promise(requestAnimationFrame);
        const now = performance.now();
        times.push(now - last);
        last = now;
      }
      times.sort((a, b) => a - b);
      return { rows: document.querySelectorAll('[role=row]').length, median: times[50] };
    });
    const perFrame = ((await script()) - before) * 10;
    // Painting is done in software and the machine is shared: our own share of a frame is what is held to account.
    assert.ok(rows < 60, `${rows} rows are in the document`);
    assert.ok(perFrame < 25, `scripts take ${perFrame.toFixed(1)} ms of a frame that brings seven new rows`);
    assert.ok(median < 150, `half the frames took longer than ${median} ms`);
    await id(page, 'matrix').focus();
    await page.keyboard.press('Control+End');
    await page.getByTestId('row-users-100').waitFor();
  }));

describe('axe finds nothing', () => {
  const screens = {
    'first run': ['empty', async () => undefined],
    'no databases': ['bare', async () => undefined],
    matrix: ['three', async () => undefined],
    'thousand rows': ['thousand', async () => undefined],
    connection: ['three', (page) => id(page, 'cell-orders-stg').click()],
    'failed test': ['three', async (page) => { await id(page, 'cell-users-stg').click(); await id(page, 'tab-test').click(); }],
    details: ['three', async (page) => { await id(page, 'cell-users-stg').click(); await id(page, 'tab-details').click(); }],
    'cell menu': ['three', (page) => id(page, 'cell-orders-stg').click({ button: 'right' })],
    'add database': ['three', (page) => id(page, 'database-create').click()],
    palette: ['three', (page) => id(page, 'palette-open').click()],
    databases: ['three', (page) => id(page, 'nav-databases').click()],
    secrets: ['three', (page) => id(page, 'nav-secrets').click()],
    activity: ['three', (page) => id(page, 'nav-activity').click()],
    settings: ['three', (page) => id(page, 'nav-settings').click()],
    product: ['three', async (page) => { await id(page, 'nav-settings').click(); await id(page, 'manage-product').click(); }],
    environment: ['three', async (page) => { await id(page, 'nav-settings').click(); await id(page, 'manage-product').click(); await id(page, 'environment-create').click(); }],
    import: ['three', async (page) => { await id(page, 'nav-settings').click(); await id(page, 'import').click(); await id(page, 'import-open').click(); }],
  };
  for (const theme of ['light', 'dark'])
    for (const [name, [fake, act]] of Object.entries(screens))
      test(`${name}, ${theme}`, () =>
        open(`fake=${fake}&theme=${theme}`, async (page) => {
          await page.waitForLoadState('networkidle');
          await page.locator('main').first().waitFor();
          await act(page);
          await page.waitForTimeout(250);
          await axe(page, name);
        }));
});
