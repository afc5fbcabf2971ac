// Sample inputs of an action, by keyboard alone: the form is filled from one, kept as one, and the editor arranges them.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { chooseInMenu, focused, front, id, tabTo, until } from './harness.mjs';

const open = front();

const row = (page) =>
  page.evaluate(
    () =>
      document.getElementById(document.querySelector('[role=tree]').getAttribute('aria-activedescendant'))
        ?.dataset.testid,
  );

async function intoAction(page, name, first) {
  await id(page, 'matrix').waitFor();
  await page.keyboard.press('Control+3');
  await id(page, 'action-tree').waitFor();
  await tabTo(page, 'action-tree');
  await page.keyboard.press('Home');
  for (let press = 0; press < 40 && (await row(page)) !== name; press += 1)
    await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await until(async () => (await focused(page)) === first, `the focus is on ${first}`);
}

async function fromMenu(page, name) {
  await tabTo(page, 'samples-menu', 'Shift+Tab');
  await page.keyboard.press('Enter');
  await chooseInMenu(page, name);
}

/** The samples as the editor lists them. */
const listed = (page) => page.locator('[data-testid^="sample-"] code').allInnerTexts();

describe('samples, by keyboard alone', () => {
  test('one fills the form, and what stood there comes back', () =>
    open('fake=three&pace=0.1', async (page) => {
      await intoAction(page, 'action-orders-orders-of-a-customer', 'input-customer');
      await page.keyboard.type('Alan');
      await fromMenu(page, 'menu-sample-2');
      await until(async () => (await id(page, 'input-customer').inputValue()) === 'Grace Hopper', 'filled');
      assert.equal(await id(page, 'input-least').inputValue(), '99.50', 'every digit');
      assert.equal(await id(page, 'run-result').count(), 0, 'nothing ran');
      await page.keyboard.press('Control+Enter');
      await id(page, 'run-summary').waitFor();
      await fromMenu(page, 'menu-sample-1');
      await until(async () => (await id(page, 'input-customer').inputValue()) === 'Ada Lovelace', 'filled');
      assert.equal(await id(page, 'input-least').inputValue(), '', 'what a sample leaves out is left out');
    }));

  test('what stands in the form is kept as one, checked and without its secrets', () =>
    open('fake=three&pace=0.1', async (page) => {
      const { keyboard } = page;
      await intoAction(page, 'action-users-set-a-password', 'input-password');
      await keyboard.type('c4n4ry-c4n4ry');
      await fromMenu(page, 'menu-keep-sample');
      await page.getByText('A UUID is expected, but this came: nothing.').waitFor();
      await tabTo(page, 'input-active-true');
      await keyboard.press('Space');
      await tabTo(page, 'input-id');
      await keyboard.type('0190c0fe-0000-7000-8000-000000000000');
      await fromMenu(page, 'menu-keep-sample');
      await page.getByText('Kept as sample 1, without secrets.').waitFor();
      await fromMenu(page, 'menu-sample-1');
      await until(async () => /filled|has the values of sample 1/.test(await page.locator('body').innerText()), 'filled');
      assert.equal(await id(page, 'input-password').inputValue(), 'c4n4ry-c4n4ry', 'a secret that is typed stays');
      // It can be undone as every change.
      await keyboard.press('Escape');
      await until(async () => (await focused(page)) === 'action-tree', 'the list has the focus');
      await keyboard.press('Control+z');
      await tabTo(page, 'samples-menu');
      await until(async () => {
        await keyboard.press('Enter');
        await id(page, 'menu-keep-sample').waitFor();
        const gone = (await id(page, 'menu-sample-1').count()) === 0;
        await keyboard.press('Escape');
        return gone;
      }, 'it is gone');
    }));

  test('the editor adds, arranges and removes them, and says which no longer fit', () =>
    open('fake=three&pace=0.1', async (page) => {
      const { keyboard } = page;
      await intoAction(page, 'action-orders-orders-of-a-customer', 'input-customer');
      await fromMenu(page, 'menu-sample-1');
      await tabTo(page, 'input-customer');
      await keyboard.press('Control+a');
      await keyboard.type('Alan Kay');
      await keyboard.press('Escape');
      await keyboard.press('e');
      await until(async () => (await focused(page)) === 'action-name', 'the editor has the focus');
      await tabTo(page, 'sample-add');
      await keyboard.press('Enter');
      await until(async () => (await listed(page)).length === 3, 'it is added');
      assert.match((await listed(page))[2], /customer = "Alan Kay", sort = "placed_at"/);
      await keyboard.press('Enter');
      await page.getByText('These are the values of sample 3 already.').waitFor();
      // In the list by arrows, moved by Alt and an arrow, removed by Delete.
      await tabTo(page, 'sample-1', 'Shift+Tab');
      await keyboard.press('Alt+ArrowDown');
      await until(async () => /Ada/.test((await listed(page))[1]), 'it is moved down');
      await until(async () => (await focused(page)) === 'sample-2', 'the focus goes with it');
      await keyboard.press('ArrowUp');
      await keyboard.press('Delete');
      await until(async () => (await listed(page)).length === 2, 'it is removed');
      await keyboard.press('Control+s');
      await page.getByText('Saved Orders of a customer.').waitFor();
      await until(async () => id(page, 'save').isDisabled(), 'it is saved');
      assert.deepEqual((await listed(page)).map((line) => line.slice(0, 22)), [
        'customer = "Ada Lovela',
        'customer = "Alan Kay",',
      ]);
      // A template that asks for more: the samples say that they no longer fit.
      await tabTo(page, 'action-template', 'Shift+Tab');
      await keyboard.press('Control+End');
      await keyboard.insertText(' OFFSET {{from:INTEGER}}');
      await id(page, 'sample-fault-2').waitFor();
      assert.match(await id(page, 'sample-fault-1').innerText(), /No longer fits\. from: A whole number is expected/);
    }));
});
