// What an action can do beside running, by keyboard alone: its history, a comparison, copies, completion.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { chooseInMenu, clipboard, focused, front, id, tabTo, until } from './harness.mjs';

const open = front();

/** The row of the tree that the keys are on. */
const row = (page) =>
  page.evaluate(
    () =>
      document.getElementById(document.querySelector('[role=tree]').getAttribute('aria-activedescendant'))
        ?.dataset.testid,
  );

/** To the screen, by arrow keys to an action, and into it. */
async function intoAction(page, name) {
  await id(page, 'nav-matrix').waitFor();
  await page.keyboard.press('Control+1');
  await id(page, 'matrix').waitFor();
  await page.keyboard.press('Control+3');
  await id(page, 'action-tree').waitFor();
  if ((await focused(page)) !== 'action-tree') await tabTo(page, 'action-tree');
  await page.keyboard.press('Home');
  for (let press = 0; press < 40 && (await row(page)) !== name; press += 1)
    await page.keyboard.press('ArrowDown');
  assert.equal(await row(page), name);
  await page.keyboard.press('Enter');
  await until(
    async () => (await id(page, 'action-detail').getAttribute('aria-label')) !== null,
    'the action is shown',
  );
  await until(async () => !/action-tree/.test((await focused(page)) ?? ''), 'the focus is in the action');
}

/** To a tab of the action, by Tab and arrow keys. */
async function toTab(page, name) {
  for (let press = 0; press < 60 && !/^action-tab-/.test((await focused(page)) ?? ''); press += 1)
    await page.keyboard.press('Shift+Tab');
  for (let press = 0; press < 5 && (await focused(page)) !== `action-tab-${name}`; press += 1)
    await page.keyboard.press('ArrowRight');
  assert.equal(await focused(page), `action-tab-${name}`);
}

async function findUser(page, email) {
  await intoAction(page, 'action-users-find-a-user');
  await tabTo(page, 'input-email');
  await page.keyboard.press('Control+a');
  await page.keyboard.type(email);
}

describe('what an action can do beside running, by keyboard alone', () => {
  test('its history gives the inputs of a run back, and the newest are there at the start', () =>
    open('fake=three&pace=0.1', async (page) => {
      const { keyboard } = page;
      await findUser(page, 'ada@shop.example');
      await keyboard.press('Control+Enter');
      await id(page, 'run-summary').waitFor();
      await tabTo(page, 'input-email', 'Shift+Tab');
      await keyboard.press('Control+a');
      await keyboard.type('grace@shop.example');
      await keyboard.press('Control+Enter');
      await until(
        async () => (await id(page, 'run-result').getAttribute('data-phase')) === 'done',
        'it ran twice',
      );
      await toTab(page, 'history');
      await until(async () => (await id(page, 'history-run').count()) === 2, 'both runs are listed');
      assert.match(await id(page, 'history-inputs').innerText(), /grace@shop\.example/);
      const first = id(page, 'history-run').first();
      assert.match(await first.innerText(), /dev\s*development/);
      assert.match(await first.innerText(), /done[\s\S]*1 row[\s\S]*window/);
      // The older run's inputs, by Enter; nothing runs by that.
      await tabTo(page, 'history-run');
      await keyboard.press('ArrowDown');
      await until(
        async () => /ada@/.test(await id(page, 'history-inputs').innerText()),
        'the older run is chosen',
      );
      await keyboard.press('Enter');
      await id(page, 'input-email').waitFor();
      assert.equal(await id(page, 'input-email').inputValue(), 'ada@shop.example');
      await until(async () => (await focused(page)) === 'input-email', 'the form has the focus');
      await toTab(page, 'history');
      assert.equal(await id(page, 'history-run').count(), 2);
      // And by the button.
      await tabTo(page, 'history-use');
      await keyboard.press('Enter');
      await until(
        async () => (await id(page, 'input-email').inputValue()) === 'grace@shop.example',
        'the newest inputs are there',
      );
    }));

  test('a failed run says why, a secret is not in any', () =>
    open('fake=three&pace=0.1', async (page) => {
      const { keyboard } = page;
      await intoAction(page, 'action-orders-revenue-by-day');
      await keyboard.press('Control+Enter');
      await id(page, 'run-error').waitFor();
      await toTab(page, 'history');
      assert.match(await id(page, 'history-message').innerText(), /broken_view/);
      assert.equal(await id(page, 'history-run').getAttribute('data-outcome'), 'failed');
      await keyboard.press('Escape');
      await intoAction(page, 'action-users-set-a-password');
      await toTab(page, 'run');
      await tabTo(page, 'input-password');
      await keyboard.type('c4n4ry-c4n4ry');
      await tabTo(page, 'input-active-true');
      await keyboard.press('Space');
      await tabTo(page, 'input-id');
      await keyboard.type('0190c0fe-0000-7000-8000-000000000000');
      await keyboard.press('Control+Enter');
      await id(page, 'run-summary').waitFor();
      await toTab(page, 'history');
      await id(page, 'history-inputs').waitFor();
      assert.doesNotMatch(await id(page, 'action-detail').innerText(), /c4n4ry/);
    }));

  test('it is compared in two environments, and a comparison is ended', () =>
    open('fake=three&pace=0.1', async (page) => {
      const { keyboard } = page;
      await intoAction(page, 'action-orders-rebuild-statistics');
      await toTab(page, 'compare');
      await keyboard.press('Control+Enter');
      await id(page, 'action-compare-progress').waitFor();
      await keyboard.press('Escape');
      await id(page, 'action-compare-cancelled').waitFor();
      await keyboard.press('Escape');
      await fillOrders(page);
      await toTab(page, 'compare');
      await tabTo(page, 'compare-left-dev');
      await tabTo(page, 'compare-right-stg');
      await tabTo(page, 'action-compare', 'Shift+Tab');
      await keyboard.press('Enter');
      await id(page, 'action-compare-summary').waitFor();
      const summary = await id(page, 'action-compare-summary').innerText();
      assert.match(
        summary,
        /31 different\s*13 only in dev\s*2 only in stg\s*1,190 same\s*rows matched by id/,
      );
      await id(page, 'action-compare-truncated').waitFor();
      await tabTo(page, 'compare-grid');
      await keyboard.press('ArrowDown');
      // Another key, of the columns that came, and the sides swapped by choosing the other's.
      await tabTo(page, 'action-compare-key-placed_at', 'Shift+Tab');
      await keyboard.press('Space');
      await tabTo(page, 'compare-left-dev', 'Shift+Tab');
      await keyboard.press('ArrowRight');
      await until(
        async () => /stg with dev/.test(await id(page, 'action-compare').innerText()),
        'the sides are swapped',
      );
      await keyboard.press('Control+Enter');
      await until(
        async () =>
          /rows matched by placed_at/.test(
            await id(page, 'action-compare-summary')
              .innerText()
              .catch(() => ''),
          ),
        'it is compared by the other key',
      );
      // Both were runs: where nothing was typed yet, the form begins with the inputs of the newest.
      await toTab(page, 'run');
      await tabTo(page, 'run-in-dev');
      await keyboard.press('ArrowRight');
      await until(async () => (await id(page, 'run').innerText()).includes('stg'), 'stg is chosen');
      await until(
        async () => (await id(page, 'input-customer').inputValue()) === 'Ada Lovelace',
        'the newest inputs are there',
      );
    }));

  test('an action that writes has no comparison, and faults are shown at their inputs', () =>
    open('fake=three&pace=0.1', async (page) => {
      await intoAction(page, 'action-orders-refund-an-order');
      assert.equal(await id(page, 'action-tab-compare').count(), 0);
      await intoAction(page, 'action-orders-orders-of-a-customer');
      await toTab(page, 'compare');
      await page.keyboard.press('Control+Enter');
      await page.getByText('is expected').first().waitFor();
      await until(async () => (await focused(page)) === 'input-customer', 'the first fault has the focus');
    }));

  test('it is copied in three forms', () =>
    open('fake=three&pace=0.1', async (page) => {
      const { keyboard } = page;
      await findUser(page, 'ada@shop.example');
      const copy = async (form) => {
        await tabTo(page, 'copy-code');
        await keyboard.press('Enter');
        await chooseInMenu(page, `menu-copy-${form}`);
      };
      await copy('cli');
      await until(
        async () =>
          /^tapedeck action run shop\/users:find-a-user@dev --json --input -/.test(await clipboard(page)),
        'the command line',
      );
      assert.match(await clipboard(page), /"email":"ada@shop\.example"/);
      await copy('statement');
      await until(
        async () => /^-- 1\. email: "ada@shop\.example"\nSELECT/.test(await clipboard(page)),
        'the statement',
      );
      await copy('sdk');
      await until(async () => /ductape\.databases\.action\.create/.test(await clipboard(page)), 'the code');
      assert.match(await clipboard(page), /"tag": "users:find-a-user"/);
    }));

  test('its template is completed with tables and columns, and with nothing where they can’t be read', () =>
    open('fake=three&pace=0.1', async (page) => {
      const { keyboard } = page;
      const list = page.locator('.cm-tooltip-autocomplete');
      await intoAction(page, 'action-orders-open-orders');
      await toTab(page, 'edit');
      assert.equal(
        await id(page, 'template-completion').innerText(),
        '',
        'nothing is asked for before the editor has the focus',
      );
      await tabTo(page, 'action-template');
      await until(
        async () => /knows \d+ tables of dev/.test(await id(page, 'template-completion').innerText()),
        'the tables are known',
      );
      await keyboard.press('Control+a');
      await keyboard.type('SELECT total FROM or', { delay: 20 });
      await list.waitFor();
      assert.deepEqual(await list.locator('.cm-completionLabel').allInnerTexts(), [
        'order_items',
        'orders',
        'audit.orders_log',
      ]);
      await keyboard.press('ArrowDown');
      await keyboard.press('Tab');
      await until(
        async () => (await id(page, 'action-template').innerText()) === 'SELECT total FROM orders',
        'the table is written',
      );
      await keyboard.type(' WHERE pla', { delay: 20 });
      await list.waitFor();
      assert.deepEqual(await list.locator('.cm-completionLabel').allInnerTexts(), ['placed_at']);
      // Escape closes the list, and nothing else.
      await keyboard.press('Escape');
      await list.waitFor({ state: 'detached' });
      assert.equal(await focused(page), 'action-template');
      await keyboard.press('Control+Space');
      await list.waitFor();
      await keyboard.press('Enter');
      await until(
        async () => /WHERE placed_at$/.test(await id(page, 'action-template').innerText()),
        'the column is written',
      );
      await keyboard.type(" = 'or", { delay: 20 });
      await page.waitForTimeout(300);
      assert.equal(await list.count(), 0, 'a string is not completed');
    }));
});

async function fillOrders(page) {
  const { keyboard } = page;
  await intoAction(page, 'action-orders-orders-of-a-customer');
  await toTab(page, 'run');
  await tabTo(page, 'input-customer');
  await keyboard.type('Ada Lovelace');
  for (const name of ['input-sort', 'input-direction']) {
    await tabTo(page, name);
    await keyboard.press('Enter');
    await page.getByRole('option').first().waitFor();
    await keyboard.press('ArrowDown');
    await keyboard.press('Enter');
  }
  await tabTo(page, 'input-limit');
  await keyboard.type('500');
}
