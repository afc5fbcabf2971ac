// Migrations by keyboard alone: the matrix, the list, the editor, plans, runs, repair, many in one go.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { chooseInMenu, focused, front, goToCell, id, state, tabTo, until } from './harness.mjs';

const open = front();

/** The cell of the list that the keys are on. */
const current = (page) =>
  page.evaluate(
    () => document.getElementById(document.querySelector('[data-testid=migration-grid]').getAttribute('aria-activedescendant'))?.dataset.testid,
  );

const text = (page, name) => id(page, name).innerText();

/** From the matrix into a database's migrations, by keys; the list has the focus then. */
async function toList(page, tag) {
  await id(page, 'matrix').waitFor();
  await goToCell(page, `cell-${tag}-dev`);
  await page.keyboard.press('m');
  await until(async () => (await id(page, 'view-migrations').getAttribute('data-selected')) !== null, 'migrations are shown');
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await until(async () => (await focused(page)) === 'migration-grid', 'the list has the focus');
}

/** To a migration of the list, by arrow keys. */
async function toMigration(page, tag) {
  await page.keyboard.press('Control+Home');
  for (let press = 0; press < 40; press += 1) {
    if ((await current(page)) === `migration-${tag}`) return;
    await page.keyboard.press('ArrowDown');
  }
  assert.fail(`${tag} is not reached by arrow keys: ${await current(page)}`);
}

/** To the plan of another environment: its radios are one stop of Tab. */
async function chooseEnvironment(page, slug) {
  for (let press = 0; press < 30 && !/^migrate-in-/.test((await focused(page)) ?? ''); press += 1) await page.keyboard.press('Tab');
  for (let press = 0; press < 5; press += 1) {
    if ((await focused(page)) === `migrate-in-${slug}`) return;
    await page.keyboard.press('ArrowRight');
  }
  assert.fail(`migrate-in-${slug} is not reached: ${await focused(page)}`);
}

/** The plan that is shown is of this target. */
const planned = (page, address) =>
  until(async () => (await text(page, 'plan-target').catch(() => '')).includes(address), `the plan of ${address}`);

/** Ctrl Enter, once there is something to run. */
async function press(page) {
  await until(async () => !(await id(page, 'run-migrations').isDisabled()), 'it can be run');
  await page.keyboard.press('Control+Enter');
}

describe('the matrix in migration view', () => {
  test('shows what was last known at once, with its age, and reads anew as a stream', () =>
    open('fake=three&pace=0.3', async (page) => {
      await id(page, 'matrix').waitFor();
      assert.match(await text(page, 'cell-orders-stg'), /ok[\s\S]*m10\s*−2/, 'the head stands in the ordinary matrix too');
      await goToCell(page, 'cell-orders-stg');
      await page.keyboard.press('m');
      await until(async () => (await state(page, 'cell-orders-stg')) === 'drift', 'drift comes first');
      assert.match(await text(page, 'cell-orders-stg'), /m10[\s\S]*drift[\s\S]*2 h/);
      assert.match(await text(page, 'cell-users-dev'), /m5[\s\S]*stopped/);
      assert.match(await text(page, 'cell-users-prd'), /1 missing/);
      assert.match(await text(page, 'cell-events-dev'), /1 edited/);
      assert.match(await text(page, 'cell-users-stg'), /unknown/);
      await page.keyboard.press('r');
      await until(async () => /now/.test(await text(page, 'cell-orders-stg')), 'the cell is read');
      assert.match(await text(page, 'cell-orders-prd'), /3 behind[\s\S]*2 d/, 'only the cell');
      await page.keyboard.press('Control+Enter');
      await until(async () => (await state(page, 'cell-users-stg')) === 'unreadable', 'all are read');
      assert.match(await text(page, 'cell-users-stg'), /auth failed/);
      assert.match(await text(page, 'cell-orders-prd'), /no credential/);
      await page.keyboard.press('m');
      await until(async () => (await state(page, 'cell-orders-stg')) === 'ok', 'connections again');
    }));

  test('reading is cancelled by the button that it shows', () =>
    open('fake=thousand&pace=6', async (page) => {
      await id(page, 'matrix').focus();
      await page.keyboard.press('m');
      await page.keyboard.press('Control+Enter');
      await tabTo(page, 'cancel-refresh', 'Shift+Tab');
      await page.keyboard.press('Enter');
      await until(async () => (await id(page, 'cancel-refresh').count()) === 0, 'it has ended');
      assert.ok(!(await id(page, 'refresh-all').isDisabled()));
    }));

  test('opens a cell on its migrations, and goes on to its plan', () =>
    open('fake=three&pace=0.1', async (page) => {
      await goToCell(page, 'cell-users-dev');
      await page.keyboard.press('m');
      await page.keyboard.press('Enter');
      await id(page, 'cell-migrations').waitFor();
      assert.match(await text(page, 'cell-migrations'), /Needs a person[\s\S]*2 of 4 applied[\s\S]*Emails are unique/);
      await tabTo(page, 'cell-plan');
      await page.keyboard.press('Enter');
      await planned(page, 'shop/users@dev');
      await until(async () => (await focused(page)) === 'migration-tab-run', 'the focus goes along');
    }));
});

describe('a migration, by keyboard alone', () => {
  test('is written, mended, waived and created; planned and run; promoted; rolled back', () =>
    open('fake=three&pace=0.1', async (page) => {
      const { keyboard } = page;
      await toList(page, 'orders');
      await keyboard.press('n');
      await until(async () => (await focused(page)) === 'migration-name', 'the name has the focus');
      await keyboard.type('Create returns');
      assert.equal(await id(page, 'migration-tag').inputValue(), 'create-returns');
      await tabTo(page, 'migration-up');
      await keyboard.insertText('CREATE TABLE returns (id bigint PRIMARY KEY);\n\nCREATE INDEX returns_idx ON returns (id;');
      await id(page, 'migration-problem-unbalanced').waitFor();
      // F8 goes there and selects it: typing mends it.
      await keyboard.press('F8');
      await keyboard.insertText('CREATE INDEX returns_idx ON returns (id)');
      await id(page, 'migration-no-problems').waitFor();
      assert.deepEqual(
        await page.locator('[data-testid=migration-up] >> xpath=ancestor::*[contains(@class,"cm-editor")]').locator('.cm-gutterElement').allInnerTexts().then((all) => all.filter((one) => /^[12]$/.test(one))),
        ['1', '2'],
        'statements are numbered',
      );
      await id(page, 'migration-warning-index_blocks_writes').waitFor();
      assert.equal(await page.locator('[data-testid=statement-warning]').count() > 0, true, 'a warning is at its place');
      await tabTo(page, 'waive-index_blocks_writes');
      await keyboard.press('Enter');
      await until(async () => (await focused(page)) === 'waive-reason-index_blocks_writes', 'the reason is asked for');
      await keyboard.press('Enter');
      await page.getByText('Say why, so that others know.').waitFor();
      await keyboard.type('The table is new.');
      await keyboard.press('Enter');
      await id(page, 'unwaive-index_blocks_writes').waitFor();
      await tabTo(page, 'migration-down', 'Shift+Tab');
      await keyboard.insertText('DROP INDEX returns_idx;\n\nDROP TABLE returns;');
      await keyboard.press('Control+s');
      await id(page, 'undo-toast').waitFor();
      await until(async () => /create-returns/.test(await text(page, 'migration-full-tag').catch(() => '')), 'it is created');
      await keyboard.press('Escape');
      await until(async () => (await focused(page)) === 'migration-grid', 'Escape goes back to the list');
      // From its cell in dev to its plan.
      await toMigration(page, 'create-returns');
      await keyboard.press('ArrowRight');
      assert.equal(await current(page), 'standing-create-returns-dev');
      await keyboard.press('Enter');
      await planned(page, 'shop/orders@dev');
      assert.match(await text(page, 'plan-step-create-returns'), /one transaction[\s\S]*CREATE TABLE returns[\s\S]*waived: The table is new/);
      await press(page);
      await until(async () => /1 migration done in dev/.test(await text(page, 'run-outcome').catch(() => '')), 'it ran in development at once');
      assert.match(await text(page, 'run-steps'), /Statement 2 of 2/);
      // Staging is behind by it, and the way on is one key.
      await tabTo(page, 'promote-next');
      await keyboard.press('Enter');
      await planned(page, 'shop/orders@stg');
      assert.match(await text(page, 'plan-count'), /3 migrations/);
      assert.match(await text(page, 'migration-plan'), /not what the last run left/, 'drift is told');
      await press(page);
      await id(page, 'confirm-migration').waitFor();
      await until(async () => (await focused(page)) === 'confirm-submit', 'one key confirms in staging');
      await keyboard.press('Enter');
      await until(async () => /3 migrations done in stg/.test(await text(page, 'run-outcome').catch(() => '')), 'it is promoted');
      // And back again.
      await tabTo(page, 'deed-promote', 'Shift+Tab');
      await keyboard.press('ArrowRight');
      await until(async () => (await text(page, 'migration-plan').catch(() => '')).includes('DROP TABLE returns'), 'the way back is planned');
      assert.equal(await id(page, 'plan-step-create-returns').getAttribute('data-direction'), 'down');
      await press(page);
      await until(async () => (await focused(page)) === 'confirm-submit', 'it is asked');
      await keyboard.press('Enter');
      await until(async () => /rolled back/.test(await text(page, 'run-steps').catch(() => '')), 'it is rolled back');
    }));

  test('in production the tag is typed below the plan; an order that is skipped is typed too', () =>
    open('fake=three&pace=0.1', async (page) => {
      const { keyboard } = page;
      await toList(page, 'users');
      await toMigration(page, 'emails-are-unique');
      for (const key of ['ArrowRight', 'ArrowRight', 'ArrowRight', 'Enter']) await keyboard.press(key);
      await planned(page, 'shop/users@prd');
      await id(page, 'obstacle-order').waitFor();
      assert.ok(await id(page, 'run-migrations').isDisabled(), 'nothing runs while something is in the way');
      await tabTo(page, 'exception-skip_order');
      await keyboard.press('Space');
      await until(async () => (await id(page, 'obstacle-order').count()) === 0, 'it is set aside');
      await press(page);
      await until(async () => (await focused(page)) === 'confirm-tag', 'the tag is to be typed');
      await keyboard.type('orders');
      assert.ok(await id(page, 'confirm-submit').isDisabled(), 'another tag does not confirm');
      await keyboard.press('Control+a');
      await keyboard.type('users');
      await keyboard.press('Enter');
      await until(async () => /1 migration done in prd/.test(await text(page, 'run-outcome').catch(() => '')), 'it ran');
    }));

  test('changing what is applied shows both texts and asks for the tag', () =>
    open('fake=three&pace=0.1', async (page) => {
      const { keyboard } = page;
      await toList(page, 'orders');
      await toMigration(page, 'create-payments');
      await keyboard.press('Enter');
      await until(async () => (await focused(page)) === 'migration-name', 'the editor has the focus');
      await tabTo(page, 'migration-up');
      await keyboard.press('Control+End');
      await keyboard.insertText('\nCREATE INDEX payments_idx ON payments (order_id);');
      await keyboard.press('Control+s');
      await until(async () => (await focused(page)) === 'checksum-tag', 'the tag is asked for');
      assert.doesNotMatch(await text(page, 'checksum-old'), /payments_idx/);
      assert.match(await text(page, 'checksum-new'), /payments_idx/);
      await keyboard.type('orders');
      await keyboard.press('Enter');
      await id(page, 'undo-toast').waitFor();
      await keyboard.press('Escape');
      await until(async () => (await id(page, 'standing-create-payments-dev').getAttribute('data-kind')) === 'edited', 'the list marks it');
    }));

  test('what is applied keeps its place and is not deleted; what is not can be moved, deleted, and brought back', () =>
    open('fake=three&pace=0.1', async (page) => {
      const { keyboard } = page;
      await toList(page, 'events');
      await toMigration(page, 'index-events-by-type');
      await keyboard.press('Delete');
      await page.getByText(/Roll it back there first/).waitFor();
      await keyboard.press('Alt+ArrowUp');
      await page.getByText(/Only what is applied nowhere can be moved/).waitFor();
      for (const name of ['First', 'Second']) {
        await keyboard.press('n');
        await until(async () => (await focused(page)) === 'migration-name', 'the name has the focus');
        await keyboard.type(name);
        await tabTo(page, 'migration-up');
        await keyboard.insertText(`[{ "create": "${name.toLowerCase()}" }]`);
        await keyboard.press('Control+s');
        await until(async () => (await id(page, `migration-${name.toLowerCase()}`).count()) === 1, `${name} is listed`);
        await keyboard.press('Escape');
        await until(async () => (await focused(page)) === 'migration-grid', 'the list has the focus');
      }
      const order = () => page.locator('[data-testid=migration-grid] [role=rowheader]').evaluateAll((all) => all.map((one) => one.dataset.testid.slice('migration-'.length)));
      await toMigration(page, 'second');
      await keyboard.press('Alt+ArrowUp');
      await until(async () => (await order()).at(-1) === 'first', 'it is moved up');
      await keyboard.press('Delete');
      await until(async () => !(await order()).includes('second'), 'it is deleted');
      await keyboard.press('Control+z');
      await until(async () => (await order()).includes('second'), 'it is brought back');
    }));

  test('one that only a target has is adopted', () =>
    open('fake=three&pace=0.1', async (page) => {
      await toList(page, 'users');
      await toMigration(page, 'rename-emails');
      await page.keyboard.press('a');
      await until(async () => (await id(page, 'standing-rename-emails-prd').getAttribute('data-kind')) === 'applied', 'it is in the catalog now');
      assert.equal(await id(page, 'standing-rename-emails-dev').getAttribute('data-kind'), 'pending');
    }));
});

describe('a run', () => {
  test('is cancelled between two statements by Escape, and says what is done', () =>
    open('fake=three', async (page) => {
      await toList(page, 'orders');
      await page.keyboard.press('p');
      await chooseEnvironment(page, 'stg');
      await planned(page, 'shop/orders@stg');
      await press(page);
      await until(async () => (await focused(page)) === 'confirm-submit', 'it is asked');
      await page.keyboard.press('Enter');
      await id(page, 'done-orders-have-a-warehouse-1').waitFor();
      await page.keyboard.press('Escape');
      await until(async () => /Cancelled in stg/.test(await text(page, 'run-outcome').catch(() => '')), 'it is cancelled');
      assert.match(await text(page, 'run-error'), /taken back/);
    }));

  test('that stopped half way is gone on with, planned first', () =>
    open('fake=three&pace=0.1', async (page) => {
      await toList(page, 'users');
      await page.keyboard.press('p');
      await chooseEnvironment(page, 'dev');
      await id(page, 'obstacle-unfinished').waitFor();
      assert.match(await text(page, 'repair-emails-are-unique'), /2 of 4 statements are applied[\s\S]*Duplicate entry/);
      await tabTo(page, 'repair-resume');
      await page.keyboard.press('Enter');
      await id(page, 'plan-step-emails-are-unique').waitFor();
      assert.match(await text(page, 'plan-step-emails-are-unique'), /from statement 3 on/);
      await press(page);
      await until(async () => /1 migration done in dev/.test(await text(page, 'run-outcome').catch(() => '')), 'it is finished');
      assert.equal(await id(page, 'repair-emails-are-unique').count(), 0);
    }));

  test('a dry run changes nothing', () =>
    open('fake=three&pace=0.1', async (page) => {
      await toList(page, 'orders');
      await page.keyboard.press('p');
      await chooseEnvironment(page, 'stg');
      await planned(page, 'shop/orders@stg');
      await tabTo(page, 'dry-run');
      await page.keyboard.press('Enter');
      await until(async () => /Nothing was changed/.test(await text(page, 'run-outcome').catch(() => '')), 'it went through');
      await until(async () => /2 migrations/.test(await text(page, 'plan-count').catch(() => '')), 'they are pending still');
    }));

  test('of many cells goes in the order of the policy, with an overview', () =>
    open('fake=three&pace=0.1', async (page) => {
      const { keyboard } = page;
      await goToCell(page, 'cell-orders-dev');
      await keyboard.press('m');
      await keyboard.press('Shift+ArrowRight');
      await keyboard.press('p');
      await id(page, 'batch-targets').waitFor();
      assert.equal(await id(page, 'batch-orders-dev').getAttribute('data-state'), 'empty');
      assert.match(await text(page, 'batch-orders-stg'), /2 migrations, 4 statements/);
      await tabTo(page, 'run-batch');
      await keyboard.press('Enter');
      await until(async () => (await id(page, 'batch-progress').getAttribute('data-phase').catch(() => '')) === 'done', 'all are done');
      assert.equal(await id(page, 'batch-orders-stg').getAttribute('data-state'), 'done');
      await keyboard.press('Escape');
      await until(async () => (await state(page, 'cell-orders-stg')) === 'current', 'the matrix knows');
      await until(async () => (await focused(page)) === 'matrix', 'the focus is where it was');
    }));

  test('of many cells asks for each tag, and leaves out what is in the way', () =>
    open('fake=three&pace=0.1', async (page) => {
      const { keyboard } = page;
      await goToCell(page, 'cell-events-prd');
      await keyboard.press('m');
      for (const key of ['Control+a', 'p']) await keyboard.press(key);
      await id(page, 'batch-targets').waitFor();
      assert.ok(await id(page, 'run-batch').isDisabled());
      for (const name of ['leave-out-events-dev', 'leave-out-users-dev', 'leave-out-users-stg', 'leave-out-orders-prd', 'leave-out-users-prd']) {
        await tabTo(page, name);
        await keyboard.press('Enter');
        await until(async () => (await id(page, name).count()) === 0, `${name} is left out`);
      }
      await tabTo(page, 'batch-tag-events');
      await keyboard.type('events');
      await tabTo(page, 'run-batch');
      await keyboard.press('Enter');
      await until(async () => (await id(page, 'batch-progress').getAttribute('data-phase').catch(() => '')) === 'done', 'all are done');
    }));
});

describe('what has run, and what differs', () => {
  test('history says who, when, how long and why it failed', () =>
    open('fake=three&pace=0.1', async (page) => {
      await toList(page, 'users');
      await tabTo(page, 'migration-tab-list', 'Shift+Tab');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
      await id(page, 'migration-history').waitFor();
      assert.match(await text(page, 'history-emails-are-unique'), /stopped[\s\S]*2 of 4 applied[\s\S]*Tapedeck 0\.1\.0/);
      assert.match(await text(page, 'history-error'), /Duplicate entry/);
    }));

  test('drift is shown object by object, and becomes a migration', () =>
    open('fake=three&pace=0.1', async (page) => {
      const { keyboard } = page;
      await toList(page, 'orders');
      await tabTo(page, 'migration-tab-list', 'Shift+Tab');
      for (const key of ['ArrowRight', 'ArrowRight', 'ArrowRight']) await keyboard.press(key);
      await tabTo(page, 'schema-right');
      await keyboard.press('Enter');
      await page.getByRole('option', { name: /stg/ }).waitFor();
      await keyboard.press('ArrowDown');
      await keyboard.press('Enter');
      await tabTo(page, 'schema-compare');
      await keyboard.press('Enter');
      await id(page, 'schema-count').waitFor();
      assert.match(await text(page, 'schema-count'), /3 differences/);
      await tabTo(page, 'difference-orders.state');
      await keyboard.press('Enter');
      await page.getByText('character varying(40) NOT NULL').waitFor();
      await tabTo(page, 'mend-migration');
      await keyboard.press('Enter');
      await until(async () => (await focused(page)) === 'migration-name', 'the editor opens');
      assert.match(await text(page, 'migration-up'), /DROP INDEX orders_state_idx/);
    }));

  test('drift is accepted as it is', () =>
    open('fake=three&pace=0.1', async (page) => {
      const { keyboard } = page;
      await goToCell(page, 'cell-orders-stg');
      await keyboard.press('m');
      await keyboard.press('Shift+F10');
      await chooseInMenu(page, 'menu-migrations-schema');
      await tabTo(page, 'schema-compare');
      await keyboard.press('Enter');
      await id(page, 'accept-drift').waitFor();
      await tabTo(page, 'accept-drift');
      await keyboard.press('Enter');
      await tabTo(page, 'accept-drift-confirm');
      await keyboard.press('Enter');
      await id(page, 'schema-same').waitFor();
    }));

  test('a folder is looked at before it is taken', () =>
    open('fake=three&pace=0.1', async (page) => {
      const { keyboard } = page;
      await toList(page, 'orders');
      await tabTo(page, 'migration-more', 'Shift+Tab');
      await keyboard.press('Enter');
      await chooseInMenu(page, 'menu-import-migrations');
      await tabTo(page, 'migration-import-open');
      await keyboard.press('Enter');
      await id(page, 'migration-import-items').waitFor();
      assert.match(await text(page, 'migration-import-items'), /is there already[\s\S]*Create returns/);
      assert.match(await text(page, 'migration-import'), /seed\.sql was left out/);
      await tabTo(page, 'migration-import-apply');
      await keyboard.press('Enter');
      await until(async () => (await id(page, 'migration-20261101090000_create_returns').count()) === 1, 'it has come');
    }));

  test('the promotion order is the product’s own, or by class', () =>
    open('fake=three&pace=0.1', async (page) => {
      await id(page, 'matrix').waitFor();
      await page.keyboard.press('Control+7');
      await tabTo(page, 'manage-product');
      await page.keyboard.press('Enter');
      await tabTo(page, 'policy-own');
      await page.keyboard.press('Enter');
      await tabTo(page, 'policy-up-prd', 'Shift+Tab');
      await page.keyboard.press('Enter');
      await until(async () => /dev[\s\S]*prd[\s\S]*stg/.test(await text(page, 'policy-order')), 'it is moved');
    }));
});

test('a thousand migrations stay quick', () =>
  open('fake=three&migrations=1000', async (page) => {
    await toList(page, 'events');
    const rows = await page.locator('[data-testid=migration-grid] [data-row]').count();
    assert.ok(rows < 60, `${rows} rows are drawn`);
    const before = Date.now();
    await page.keyboard.press('Control+End');
    await until(async () => (await id(page, 'migration-step-1000').count()) === 1, 'the end is reached');
    assert.ok(Date.now() - before < 3000);
  }));
