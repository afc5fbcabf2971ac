// Where passwords are kept, in the window: every way out by keyboard alone.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { focused, front, id, state, tabTo, until } from './harness.mjs';

const open = front();

const place = (page) => id(page, 'secret-place').getAttribute('data-place');
const notice = (page) => page.evaluate(() => document.querySelector('[data-testid=credential-notice]')?.innerText ?? null);

describe('by keyboard alone', () => {
  test('a keyring that can’t be used: a vault file is chosen, locked and unlocked', () =>
    open('fake=three&pace=0.1&secrets=unavailable', async (page) => {
      const { keyboard } = page;
      await id(page, 'notice-place').waitFor();
      assert.match(await notice(page), /No keyring can be used here .*GNOME/);
      await tabTo(page, 'notice-place');
      await keyboard.press('Enter');
      await id(page, 'place-vault').waitFor();
      await tabTo(page, 'passphrase');
      await keyboard.type('short');
      await keyboard.press('Tab');
      await keyboard.type('other');
      await keyboard.press('Enter');
      await page.getByText('The two differ.').waitFor();
      assert.equal(await focused(page), 'again');
      await keyboard.press('Control+a');
      await keyboard.type('short');
      await keyboard.press('Enter');
      await page.getByText('8 characters or more.').first().waitFor();
      await until(async () => (await focused(page)) === 'passphrase', 'the faulty field has the focus');
      for (const field of ['passphrase', 'again']) {
        await tabTo(page, field);
        await keyboard.press('Control+a');
        await keyboard.type('correct horse');
      }
      await keyboard.press('Enter');
      await until(async () => /not on this machine/.test((await notice(page)) ?? ''), 'what was left behind is to be entered');

      await keyboard.press('Control+,');
      if ((await id(page, 'settings-screen').count()) === 0) {
        await tabTo(page, 'nav-settings');
        await keyboard.press('Enter');
      }
      await id(page, 'lock-now').waitFor();
      assert.equal(await place(page), 'vault');
      await tabTo(page, 'lock-now');
      await keyboard.press('Enter');
      await tabTo(page, 'unlock');
      await keyboard.press('Enter');
      await id(page, 'passphrase').waitFor();
      await keyboard.type('wrong');
      await keyboard.press('Enter');
      await page.getByText('This is not the passphrase').waitFor();
      assert.equal(await focused(page), 'passphrase');
      await keyboard.press('Control+a');
      await keyboard.type('correct horse');
      await keyboard.press('Enter');
      await id(page, 'lock-now').waitFor();
      assert.doesNotMatch(await page.content(), /correct horse/);
    }));

  test('what is lost is entered in one form, and only what failed stays in it', () =>
    open('fake=three&pace=0.1&secrets=lost', async (page) => {
      const { keyboard } = page;
      await id(page, 'notice-enter').waitFor();
      await tabTo(page, 'notice-enter');
      await keyboard.press('Enter');
      await id(page, 'enter-0').waitFor();
      const fields = page.locator('[data-testid^="enter-"]');
      const count = await fields.count();
      assert.ok(count > 2, `${count} passwords are lost`);
      for (let index = 0; index < count; index += 1) {
        await tabTo(page, `enter-${index}`);
        await keyboard.type(index === 1 ? 'fail' : 'c4n4ry');
      }
      await keyboard.press('Enter');
      await page.getByText('on purpose').waitFor();
      await until(async () => (await fields.count()) === 1, 'what is kept leaves the form');
      assert.equal(await focused(page), 'enter-0');
      await keyboard.press('Control+a');
      await keyboard.type('c4n4ry');
      await keyboard.press('Enter');
      await until(async () => (await notice(page)) === null, 'nothing lacks any longer');
      assert.doesNotMatch(await page.content(), /c4n4ry/);
    }));

  test('asked for each time: a test asks first, then runs', () =>
    open('fake=three&pace=0.1&secrets=ask', async (page) => {
      const { keyboard } = page;
      await id(page, 'notice-enter').waitFor();
      await id(page, 'matrix').focus();
      await keyboard.press('Control+Enter');
      await id(page, 'enter-0').waitFor();
      assert.equal(await page.getByRole('progressbar').count(), 0, 'nothing runs yet');
      const label = await page.evaluate(() => document.querySelector('[data-testid=enter-0]').labels[0].innerText);
      const [, database, env] = /^(.+)@(.+) password$/.exec(label);
      assert.equal(await state(page, `cell-${database}-${env}`), 'no_credential');
      await keyboard.type('c4n4ry');
      await keyboard.press('Enter');
      // Those that were left empty still lack theirs; the person is not asked for them a second time.
      await until(async () => (await state(page, `cell-${database}-${env}`)) === 'ok', 'the test runs');
      assert.equal(await id(page, 'enter-0').count(), 0);
    }));

  test('a locked vault: a test unlocks first, then runs', () =>
    open('fake=three&pace=0.1&secrets=vault', async (page) => {
      await id(page, 'notice-unlock').waitFor();
      await id(page, 'matrix').focus();
      await page.keyboard.press('Control+Enter');
      await id(page, 'passphrase').waitFor();
      await page.keyboard.type('correct horse');
      await page.keyboard.press('Enter');
      await until(async () => (await state(page, 'cell-orders-dev')) === 'ok', 'the test runs');
      await until(async () => (await state(page, 'cell-orders-prd')) !== 'locked', 'no cell is locked');
    }));
});

test('what is typed elsewhere is kept while a locked vault is asked for, and then sent', () =>
  open('fake=three&pace=0.1&secrets=vault', async (page) => {
    const { keyboard } = page;
    await id(page, 'notice-unlock').waitFor();
    const create = async () => {
      await keyboard.press('Enter');
      await until(async () => (await focused(page)) === 'passphrase', 'the passphrase is asked for');
    };
    await keyboard.press('Control+n');
    await id(page, 'database-name').waitFor();
    await keyboard.type('Ledger');
    await id(page, 'env-url-dev').click();
    await keyboard.insertText('postgresql://app:hunter2@localhost/ledger');
    await id(page, 'database-name').focus();
    await create();
    // Left: the form is there as it was, and says why.
    await keyboard.press('Escape');
    await until(async () => (await id(page, 'passphrase').count()) === 0, 'the question is gone');
    await page.getByRole('dialog').getByText('The vault file is locked.').waitFor();
    assert.equal(await id(page, 'database-name').inputValue(), 'Ledger');
    await id(page, 'database-name').focus();
    await create();
    await keyboard.type('correct horse');
    await keyboard.press('Enter');
    await id(page, 'cell-ledger-dev').waitFor();
    await until(async () => (await page.getByRole('dialog').count()) <= 1, 'the form is closed');
    assert.doesNotMatch(await page.content(), /hunter2|correct horse/);
  }));
