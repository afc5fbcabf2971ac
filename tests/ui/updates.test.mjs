// Updates and the about box in Chromium, by keyboard alone.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { focused, front, id, tabTo, until } from './harness.mjs';

const open = front();
const stage = (page) => id(page, 'update-line').getAttribute('data-stage');

describe('updates, by keyboard alone', () => {
  test('a newer version is read about, downloaded, cancelled, downloaded again and left for the end', () =>
    open('fake=three&updates=available&pace=0.5', async (page) => {
      const { keyboard } = page;
      await id(page, 'update-line').waitFor();
      await tabTo(page, 'update-line');
      await keyboard.press('Enter');
      assert.match(await id(page, 'update-notes').innerText(), /behind a proxy/);
      await tabTo(page, 'update-install');
      await keyboard.press('Enter');
      await page.getByRole('progressbar').waitFor();
      await tabTo(page, 'update-cancel');
      await keyboard.press('Enter');
      await id(page, 'update-install').waitFor();
      assert.equal(await stage(page), 'found');
      assert.equal(await id(page, 'toast').count(), 0, 'who cancelled is told of no error');
      await tabTo(page, 'update-install');
      await keyboard.press('Enter');
      await id(page, 'update-restart').waitFor();
      assert.equal(await stage(page), 'ready');
      await tabTo(page, 'update-later');
      await keyboard.press('Enter');
      await id(page, 'update-dialog').waitFor({ state: 'detached' });
      assert.equal(await id(page, 'update-line').count(), 0, 'it waits quietly');
    }));

  test('the settings: what is done, and how the last look ended', () =>
    open('fake=three&updates=offline&pace=0.1', async (page) => {
      const { keyboard } = page;
      const outcome = () => id(page, 'last-check').getAttribute('data-outcome');
      await id(page, 'matrix').waitFor();
      await keyboard.press('Control+k');
      await id(page, 'palette-input').waitFor();
      await keyboard.type('check for updates');
      await keyboard.press('Enter');
      await until(async () => (await outcome()) === 'failed', 'the look fails');
      assert.match(await id(page, 'last-check').innerText(), /can’t be reached/);
      const chosen = (mode) => page.locator(`[data-testid=updates-${mode}][data-selected]`).waitFor();
      await chosen('notify');
      await tabTo(page, 'updates-notify');
      await keyboard.press('ArrowRight');
      await chosen('automatic');
      await keyboard.press('ArrowRight');
      await chosen('off');
      await tabTo(page, 'check-updates');
    }));

  test('a package of the system is told of, and left to who installed it', () =>
    open('fake=three&updates=deb', async (page) => {
      await id(page, 'update-line').click();
      await id(page, 'release-page').waitFor();
      assert.equal(await id(page, 'update-install').count(), 0);
      await page.keyboard.press('Escape');
      await id(page, 'nav-settings').click();
      await id(page, 'check-updates').waitFor();
      assert.equal(await id(page, 'updates-automatic').count(), 0);
    }));

  test('a build without a server has nothing to choose', () =>
    open('fake=three&updates=unsupported', async (page) => {
      await id(page, 'nav-settings').click();
      await page.getByText('without an update server').waitFor();
      assert.equal(await id(page, 'check-updates').count(), 0);
    }));
});

test('the about box, by keyboard: version, licences, the text of one', () =>
  open('fake=three', async (page) => {
    const { keyboard } = page;
    await id(page, 'matrix').waitFor();
    await keyboard.press('Control+k');
    await id(page, 'palette-input').waitFor();
    await keyboard.type('about tapedeck');
    await keyboard.press('Enter');
    assert.equal(await id(page, 'about-version').innerText(), '0.1.0');
    await tabTo(page, 'licence-search');
    await keyboard.type('mit react-dom');
    await until(async () => /^1 of/.test(await id(page, 'licence-count').innerText()), 'one is found');
    await keyboard.press('Tab');
    await keyboard.press('Enter');
    await page.locator('pre').waitFor();
    assert.match(await page.locator('pre').innerText(), /MIT License/);
    await keyboard.press('Escape');
    await id(page, 'about').waitFor({ state: 'detached' });
    await id(page, 'nav-settings').click();
    await tabTo(page, 'open-about');
    await keyboard.press('Enter');
    await id(page, 'about').waitFor();
    await keyboard.press('Escape');
    await until(async () => (await focused(page)) === 'open-about', 'the focus is where it was');
  }));
