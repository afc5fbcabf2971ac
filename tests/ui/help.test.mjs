// The user guide in the window, without a network, by keyboard alone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clipboard, focused, front, id, tabTo, until } from './harness.mjs';
import { helpSurfaces } from './help-surfaces.mjs';

const open = front();

const title = (page) => id(page, 'help-title').innerText();

test('by keyboard alone: opened, searched, read, and left where one was', () =>
  open('fake=three&pace=0.1', async (page) => {
    const { keyboard } = page;
    await id(page, 'matrix').waitFor();
    await keyboard.press('Control+7');
    await id(page, 'settings-screen').waitFor();
    await keyboard.press('F1');
    await id(page, 'help-screen').waitFor();
    assert.equal(await focused(page), 'help-title');
    await keyboard.press('/');
    await until(async () => (await focused(page)) === 'help-search', 'the search has the focus');
    await keyboard.type('stopped half way');
    await id(page, 'help-result').first().waitFor();
    await keyboard.press('ArrowDown');
    assert.equal(await focused(page), 'help-result');
    await keyboard.press('Enter');
    await until(async () => (await title(page)) === 'Migrations that stopped, and drift', 'the page of the first result');
    assert.equal(await page.evaluate(() => document.activeElement.dataset.anchor), 'a-migration-stopped-half-way');
    await tabTo(page, 'copy-code');
    await keyboard.press('Enter');
    await until(async () => (await clipboard(page)).startsWith('tapedeck migration'), 'the command is copied');
    await keyboard.press('Alt+ArrowLeft');
    await until(async () => (await title(page)) === 'User guide', 'the page before');
    await keyboard.press('Escape');
    assert.equal(await id(page, 'help-search').inputValue(), '', 'the first Escape ends the search');
    await keyboard.press('Escape');
    await id(page, 'settings-screen').waitFor();
  }));

test('the palette has it, and a page is where it was left', () =>
  open('fake=three&pace=0.1', async (page) => {
    await id(page, 'matrix').waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('guide');
    await id(page, 'command-go-help').click();
    await id(page, 'help-page-actions').click();
    await page.keyboard.press('Control+1');
    await id(page, 'matrix').waitFor();
    await page.keyboard.press('F1');
    await until(async () => (await title(page)) === 'Actions', 'the page that was open');
  }));

test('a failed test leads to the stage that failed, and the drawer is kept', () =>
  open('fake=three&pace=0.1', async (page) => {
    await id(page, 'cell-users-stg').click();
    await id(page, 'tab-test').click();
    await id(page, 'help-link').click();
    await until(async () => (await title(page)) === 'When a test fails', 'the page');
    await until(async () => (await page.evaluate(() => document.activeElement.dataset.anchor)) === 'sign-in', 'the stage');
    await page.keyboard.press('Escape');
    await id(page, 'timeline').waitFor();
  }));

test('a keyring that can’t be used leads to the page about it', () =>
  open('fake=three&pace=0.1&secrets=unavailable', async (page) => {
    await id(page, 'notice-place').waitFor();
    await tabTo(page, 'help-link');
    await page.keyboard.press('Enter');
    await until(async () => (await title(page)) === 'Keyrings on Linux', 'the page');
    await until(async () => (await page.evaluate(() => document.activeElement.dataset.anchor)) === 'none-answers', 'the place in it');
  }));

test('it is there before there is a product', () =>
  open('fake=empty', async (page) => {
    await id(page, 'first-run').waitFor();
    await page.keyboard.press('F1');
    await id(page, 'help-search').fill('zanzibar');
    assert.match(await id(page, 'help-count').innerText(), /Nothing/);
    for (const press of ['Escape', 'Escape']) await page.keyboard.press(press);
    await id(page, 'first-run').waitFor();
  }));

test('each picture is a file of the window, in the theme that is shown', async () => {
  for (const theme of ['light', 'dark'])
    await open(`fake=three&pace=0.1&theme=${theme}`, async (page) => {
      await id(page, 'matrix').waitFor();
      await helpSurfaces['help pictures'](page);
      const shown = page.locator('figure img:visible');
      assert.equal(await shown.count(), 1);
      assert.match(await shown.getAttribute('src'), new RegExp(`-${theme}[-.]`));
      await until(() => shown.evaluate((image) => image.complete && image.naturalWidth > 0), 'it is drawn');
    });
});
