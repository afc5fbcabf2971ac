// The first start and the importer: by keyboard alone, with nothing, a little and a lot found.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { front, id, tabTo } from './harness.mjs';

const open = front();

async function search(page) {
  await id(page, 'way-import').click();
  await id(page, 'way-home').click();
}

describe('the first start', () => {
  test('by keyboard alone: found, looked through, taken over, and the matrix is there', () =>
    open('fake=empty&pace=0', async (page) => {
      const { keyboard } = page;
      await id(page, 'first-run').waitFor();
      await tabTo(page, 'way-import');
      await keyboard.press('Enter');
      await id(page, 'way-home').waitFor();
      await tabTo(page, 'way-home');
      await keyboard.press('Enter');
      await id(page, 'found-DATABASE_URL').waitFor();
      assert.match(await id(page, 'found-DATABASE_URL').innerText(), /password goes to the keyring/);
      // One is left out, another goes to another environment.
      await tabTo(page, 'take-Events (staging)');
      await keyboard.press('Space');
      await tabTo(page, 'environment-orders-live');
      await keyboard.press('ArrowLeft');
      await tabTo(page, 'discover-review');
      assert.match(await id(page, 'discover-review').innerText(), /Review 2 connections/);
      await keyboard.press('Enter');
      await id(page, 'discover-keyring').waitFor();
      assert.deepEqual((await id(page, 'discover-keyring').innerText()).split('\n'), ['my-databases/orders@dev password', 'my-databases/orders@stg password']);
      await tabTo(page, 'discover-apply');
      await keyboard.press('Enter');
      await id(page, 'cell-orders-dev').waitFor();
      assert.equal(await id(page, 'cell-orders-stg').count(), 1);
      assert.equal(await id(page, 'row-events').count(), 0);
    }));

  test('a product is made, and Cancel goes back to the ways', () =>
    open('fake=empty', async (page) => {
      await id(page, 'way-create').click();
      await id(page, 'product-name').waitFor();
      await page.getByRole('button', { name: 'Cancel' }).click();
      await id(page, 'way-create').waitFor();
    }));
});

describe('the importer later', () => {
  test('what is configured is not replaced: the row says so and has the focus', () =>
    open('fake=three&pace=0', async (page) => {
      await id(page, 'matrix').waitFor();
      await page.keyboard.press('Control+k');
      await id(page, 'palette-input').waitFor();
      await page.keyboard.type('import connections');
      await id(page, 'command-discover').click();
      await id(page, 'way-folder').click();
      await id(page, 'discover-into').click();
      await page.getByRole('option').nth(1).click();
      await id(page, 'discover-review').click();
      const row = id(page, 'found-DATABASE_URL');
      await row.getByText('has a connection in dev already').waitFor();
      assert.equal(await row.locator('input[type=text]').evaluate((field) => field === document.activeElement), true);
    }));

  test('two hundred are shown in parts, and only what is new is taken', () =>
    open('fake=empty&discover=many', async (page) => {
      await search(page);
      await id(page, 'found-SERVICE_1_URL').waitFor();
      assert.equal(await page.locator('[data-testid^="found-"]').count(), 100);
      assert.match(await id(page, 'discover-review').innerText(), /Review 180 connections/);
      await id(page, 'discover-more').click();
      assert.equal(await page.locator('[data-testid^="found-"]').count(), 200);
      await id(page, 'discover-all').click();
      assert.match(await id(page, 'discover-review').innerText(), /Review 200 connections/);
    }));
});

test('nothing found says what to do next', () =>
  open('fake=empty&discover=nothing', async (page) => {
    await search(page);
    assert.match(await id(page, 'discover-nothing').innerText(), /Choose the folder of a project/);
    await id(page, 'discover-back').click();
    await id(page, 'way-folder').waitFor();
  }));
