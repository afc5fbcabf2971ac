// The front end in Chromium, upon the fake platform and under the window's CSP: `node --test tests/ui/*.test.mjs`.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { front, id, state, tabTo, until } from './harness.mjs';

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

  test('a menu gives the focus back with the key that closes it, not a frame later', () =>
    open('fake=three&pace=0.1', async (page) => {
      const grid = id(page, 'matrix');
      await grid.focus();
      await page.evaluate(() => {
        window.holders = [];
        const tell = () => window.holders.push(document.activeElement?.dataset.testid ?? document.activeElement?.tagName);
        // The next frame is long in coming.
        window.requestAnimationFrame = (drawn) => setTimeout(() => drawn(performance.now()), 100);
        window.cancelAnimationFrame = clearTimeout;
        // Before the menu takes the key for itself; told when all who hear it have.
        window.addEventListener('keydown', (event) => event.key === 'Escape' && setTimeout(tell), true);
      });
      for (let round = 0; round < 5; round += 1) {
        await page.keyboard.press('Shift+F10');
        await until(() => page.evaluate(() => document.activeElement?.getAttribute('role') === 'menuitem'), 'the menu has the focus');
        await page.keyboard.press('Escape');
        await id(page, 'menu-copy-masked').waitFor({ state: 'detached' });
      }
      assert.deepEqual(await page.evaluate(() => window.holders), Array(5).fill('matrix'));
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
