// Actions by keyboard alone: written, checked, planned, run, refused, cancelled.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { chooseInMenu, focused, front, id, tabTo, until } from './harness.mjs';

const open = front();

/** The row of the tree that the keys are on. */
const row = (page) =>
  page.evaluate(() => document.getElementById(document.querySelector('[role=tree]').getAttribute('aria-activedescendant'))?.dataset.testid);

/** To the screen, and by arrow keys to an action. */
async function toAction(page, name) {
  await id(page, 'matrix').waitFor();
  await page.keyboard.press('Control+3');
  await id(page, 'action-tree').waitFor();
  if ((await focused(page)) !== 'action-tree') await tabTo(page, 'action-tree');
  await page.keyboard.press('Home');
  for (let press = 0; press < 40; press += 1) {
    if ((await row(page)) === name) {
      // What is shown beside the list follows it.
      if (name.startsWith('action-')) await until(async () => name === `action-${(await id(page, 'action-full-tag').innerText().catch(() => '')).replace(':', '-')}`, `${name} is shown`);
      return;
    }
    await page.keyboard.press('ArrowDown');
  }
  assert.fail(`${name} is not reached by arrow keys: ${await row(page)}`);
}

/** From the tree into the action, whose form has the focus then. */
async function intoAction(page, name, first) {
  await toAction(page, name);
  await page.keyboard.press('Enter');
  await until(async () => (await focused(page)) === first, `the focus is on ${first}, not ${await focused(page)}`);
}

/** To an environment, from the form: its radios are one stop of Tab. */
async function chooseEnvironment(page, slug) {
  await page.keyboard.press('Shift+Tab');
  for (let press = 0; press < 12 && !/^run-in-/.test((await focused(page)) ?? ''); press += 1) await page.keyboard.press('Shift+Tab');
  for (let press = 0; press < 4; press += 1) {
    if ((await focused(page)) === `run-in-${slug}`) return;
    await page.keyboard.press('ArrowRight');
  }
  assert.fail(`run-in-${slug} is not reached: ${await focused(page)}`);
}

describe('an action, by keyboard alone', () => {
  test('is written, mended and created, then planned and run', () =>
    open('fake=three&pace=0.1', async (page) => {
      const { keyboard } = page;
      await toAction(page, 'actions-of-orders');
      await keyboard.press('n');
      await until(async () => (await focused(page)) === 'action-name', 'the name has the focus');
      await keyboard.type('Orders above');
      assert.equal(await id(page, 'action-tag').inputValue(), 'orders-above', 'the tag follows the name');
      // Refused as it is: each fault at its field, the first of which has the focus.
      await keyboard.press('Control+s');
      await until(async () => (await focused(page)) === 'action-table', 'the first fault has the focus');
      await keyboard.type('orders');
      await tabTo(page, 'action-template');
      await keyboard.insertText('SELECT * FROM orders WHERE id > {{id:INTEGR}}');
      await id(page, 'action-problem-unknown_type').waitFor();
      assert.equal(await page.locator('[data-testid="template-fault"]').innerText(), '{{id:INTEGR}}');
      // F8 goes to the problem and selects it: typing mends it.
      await tabTo(page, 'action-description');
      await keyboard.press('F8');
      await until(async () => (await focused(page)) === 'action-template', 'F8 goes to the template');
      await keyboard.type('{{id:INTEGER}}');
      await id(page, 'action-no-problems').waitFor();
      assert.match(await id(page, 'reads-id').innerText(), /INTEGER[\s\S]*A whole number/);
      assert.match(await id(page, 'action-effect').innerText(), /Reads only/);
      await keyboard.press('Control+s');
      await id(page, 'undo-toast').waitFor();
      await id(page, 'input-id').waitFor();
      assert.equal(await id(page, 'action-full-tag').innerText(), 'orders:orders-above');
      // A number beyond 2^53 is planned and sent with all of its digits.
      await tabTo(page, 'input-id');
      await keyboard.type('9007199254740993');
      await tabTo(page, 'run', 'Shift+Tab');
      await tabTo(page, 'action-tab-run', 'Shift+Tab');
      await keyboard.press('ArrowRight');
      await id(page, 'plan-statement').waitFor();
      assert.match(await id(page, 'plan-statement').innerText(), /id > \$1/);
      assert.match(await id(page, 'plan-parameters').innerText(), /9007199254740993/);
      assert.match(await id(page, 'plan-target').innerText(), /development[\s\S]*shop\/orders@dev[\s\S]*\*\*\*/);
      await keyboard.press('ArrowLeft');
      await keyboard.press('Control+Enter');
      await id(page, 'run-summary').waitFor();
      assert.match(await id(page, 'run-outcome').innerText(), /500 rows, more at the server/);
      assert.match(await id(page, 'run-timings').innerText(), /connect[\s\S]*server[\s\S]*transfer/);
      await tabTo(page, 'result-grid');
    }));

  test('says every fault at its input, and remembers what was typed by environment, but no secret', () =>
    open('fake=three&pace=0.1', async (page) => {
      const { keyboard } = page;
      await intoAction(page, 'action-users-set-a-password', 'input-password');
      await keyboard.type('hunter22');
      await keyboard.press('Control+Enter');
      await page.getByText('true or false is expected, but this came: nothing.').waitFor();
      await page.getByText('A UUID is expected, but this came: nothing.').waitFor();
      await until(async () => (await focused(page))?.startsWith('input-active'), 'the first faulty input has the focus');
      assert.equal(await id(page, 'run-result').count(), 0, 'nothing was sent');
      await keyboard.press('Space');
      await tabTo(page, 'input-id');
      await keyboard.type('0190c0fe-0000-7000-8000-000000000000');
      await chooseEnvironment(page, 'stg');
      assert.equal(await id(page, 'input-id').inputValue(), '');
      await keyboard.press('ArrowLeft');
      assert.equal(await id(page, 'input-id').inputValue(), '0190c0fe-0000-7000-8000-000000000000');
      assert.equal(await id(page, 'input-password').inputValue(), '', 'a secret is not remembered');
    }));

  test('in staging one key confirms; in production the tag is typed first', () =>
    open('fake=three&pace=0.1', async (page) => {
      const { keyboard } = page;
      const fill = async () => {
        await tabTo(page, 'input-day');
        await keyboard.type('2026-11-30');
        await keyboard.press('ArrowUp');
        assert.equal(await id(page, 'input-day').inputValue(), '2026-12-01', 'arrow keys step a date');
        await tabTo(page, 'input-id');
        await keyboard.type('7');
      };
      await intoAction(page, 'action-orders-refund-an-order', 'input-day');
      await chooseEnvironment(page, 'stg');
      await fill();
      await keyboard.press('Control+Enter');
      await id(page, 'confirm-run').waitFor();
      assert.match(await id(page, 'confirm-run').innerText(), /staging[\s\S]*shop\/orders@stg/);
      assert.equal(await id(page, 'confirm-tag').count(), 0);
      await until(async () => (await focused(page)) === 'confirm-submit', 'one key confirms');
      await keyboard.press('Enter');
      await id(page, 'run-summary').waitFor();
      assert.match(await id(page, 'run-outcome').innerText(), /1 row affected/);
      assert.match(await id(page, 'run-notices').innerText(), /orders_audit/);

      await chooseEnvironment(page, 'prd');
      await fill();
      await id(page, 'plan').waitFor();
      await keyboard.press('Control+Enter');
      await id(page, 'confirm-tag').waitFor();
      await until(async () => (await focused(page)) === 'confirm-tag', 'the tag is to be typed');
      const before = await id(page, 'run-summary').innerText();
      await keyboard.press('Enter');
      await keyboard.type('users');
      await keyboard.press('Enter');
      assert.ok(await id(page, 'confirm-submit').isDisabled(), 'another tag does not confirm');
      assert.equal(await id(page, 'run-summary').innerText(), before, 'nothing ran');
      await keyboard.press('Control+a');
      await keyboard.type('orders');
      await keyboard.press('Enter');
      await until(async () => /in prd/.test(await id(page, 'run-summary').innerText().catch(() => '')), 'it ran in production');
    }));

  test('reaching every row asks for the tag in development too', () =>
    open('fake=three&pace=0.1', async (page) => {
      await toAction(page, 'action-orders-archive-old-orders');
      await page.keyboard.press('Control+Enter');
      await id(page, 'confirm-tag').waitFor();
      assert.match(await id(page, 'confirm-run').innerText(), /every row/);
      await page.keyboard.press('Escape');
      await until(async () => (await id(page, 'confirm-run').count()) === 0, 'Escape leaves it');
      assert.equal(await id(page, 'run-result').count(), 0);
    }));

  test('is cancelled by Escape and by Ctrl .', () =>
    open('fake=three', async (page) => {
      await toAction(page, 'action-orders-rebuild-statistics');
      for (const key of ['Escape', 'Control+.']) {
        await page.keyboard.press('Control+Enter');
        await id(page, 'run-progress').waitFor();
        assert.match(await id(page, 'run-elapsed').innerText(), /\d\.\d s/);
        await page.keyboard.press(key);
        await id(page, 'run-cancelled').waitFor();
      }
    }));

  test('a failure can be sent again; one of unknown fate looks different and has no such button', () =>
    open('fake=three&pace=0.1', async (page) => {
      await toAction(page, 'action-orders-revenue-by-day');
      await page.keyboard.press('Control+Enter');
      await id(page, 'run-error').waitFor();
      assert.equal(await id(page, 'run-error').getAttribute('data-fate'), 'refused');
      assert.match(await id(page, 'run-error').innerText(), /Nothing was changed[\s\S]*42P01/);
      await tabTo(page, 'run-again');
      await page.keyboard.press('Control+1');
      await intoAction(page, 'action-users-charge-an-invoice', 'input-invoice');
      await page.keyboard.type('12');
      await tabTo(page, 'now-at');
      await page.keyboard.press('Enter');
      await page.keyboard.press('Control+Enter');
      await id(page, 'run-unknown').waitFor();
      assert.match(await id(page, 'run-unknown').innerText(), /Nobody knows whether it was carried out/);
      assert.equal(await id(page, 'run-again').count(), 0);
    }));

  test('the list duplicates, moves, deletes and brings back', () =>
    open('fake=three&pace=0.1', async (page) => {
      const { keyboard } = page;
      const order = () =>
        page.evaluate(() => [...document.querySelectorAll('[data-testid^="action-users-"]')].map((entry) => entry.dataset.testid.slice('action-users-'.length)));
      await toAction(page, 'action-users-find-a-user');
      await keyboard.press('Alt+ArrowDown');
      await until(async () => (await order())[1] === 'find-a-user', 'it is moved down');
      await keyboard.press('d');
      await until(async () => (await order()).includes('find-a-user-copy'), 'it is duplicated');
      assert.equal(await row(page), 'action-users-find-a-user-copy');
      await keyboard.press('Shift+F10');
      await chooseInMenu(page, 'menu-delete-action');
      await until(async () => !(await order()).includes('find-a-user-copy'), 'it is deleted');
      await keyboard.press('Control+z');
      await until(async () => (await order()).includes('find-a-user-copy'), 'it is brought back');
      await keyboard.press('/');
      await keyboard.type('refund');
      await keyboard.press('Enter');
      await until(async () => (await page.locator('[role=treeitem]').count()) === 2, 'it is filtered');
    }));

  test('what is typed in the editor stays when one goes elsewhere, and can be discarded', () =>
    open('fake=three&pace=0.1', async (page) => {
      const { keyboard } = page;
      await toAction(page, 'action-orders-open-orders');
      await keyboard.press('e');
      await until(async () => (await focused(page)) === 'action-name', 'the editor has the focus');
      await keyboard.press('End');
      await keyboard.type(' today');
      await keyboard.press('Escape');
      await until(async () => (await focused(page)) === 'action-tree', 'Escape goes to the list');
      await keyboard.press('ArrowDown');
      await keyboard.press('ArrowUp');
      await until(async () => (await id(page, 'action-name').inputValue().catch(() => '')) === 'Open orders today', 'it stays');
      await tabTo(page, 'discard');
      await keyboard.press('Enter');
      await until(async () => (await id(page, 'action-name').inputValue()) === 'Open orders', 'it is discarded');
    }));

  test('Run in a cell opens the action with the environment of the cell', () =>
    open('fake=three&pace=0.1', async (page) => {
      await id(page, 'cell-orders-stg').click();
      await tabTo(page, 'tab-connection');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
      await id(page, 'cell-actions').waitFor();
      await tabTo(page, 'cell-run-open-orders');
      await page.keyboard.press('Enter');
      await id(page, 'action-detail').waitFor();
      assert.equal(await id(page, 'action-full-tag').innerText(), 'orders:open-orders');
      assert.equal(await id(page, 'run').innerText().then((text) => text.includes('Run in stg')), true);
    }));
});
