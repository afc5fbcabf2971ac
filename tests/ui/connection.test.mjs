// The connection editor and its tools by keyboard alone.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { chooseInMenu, clipboard, focused, front, goToCell, id, paste, state, tabTo, until } from './harness.mjs';

const open = front();
const string = (page) => id(page, 'url-string');
const shown = (page, name = 'url-string') => id(page, name).innerText();
const announced = (page) => page.evaluate(() => document.querySelector('.cm-announced')?.textContent ?? '');

/** Opens a cell and goes into its string, all of which is then selected. */
async function intoString(page, cell) {
  await goToCell(page, cell);
  await page.keyboard.press('Enter');
  await id(page, 'drawer').waitFor();
  await tabTo(page, 'url-string');
  await page.keyboard.press('Control+a');
}

/** The keys of a cell's menu, from the grid. */
async function fromMenu(page, cell, item) {
  await goToCell(page, cell);
  await page.keyboard.press('Shift+F10');
  await chooseInMenu(page, item);
}

async function fill(page, text) {
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(text);
}

describe('the string, by keyboard alone', () => {
  test('a broken paste is gone to, repaired, undone and saved', () =>
    open('fake=three&pace=0.1', async (page) => {
      const { keyboard } = page;
      await intoString(page, 'cell-orders-dev');
      await paste(page, 'export DATABASE_URL="postgresql://app:hunter2@localhost/shop"\n');
      await id(page, 'url-notes').waitFor();
      await keyboard.press('F8');
      await id(page, 'url-problem').waitFor();
      assert.match(await announced(page), /^Error, 1 of 1\. .*Keep the URL only/);
      await keyboard.press('Control+.');
      await id(page, 'url-repairs').waitFor();
      assert.match(await shown(page, 'url-repair-preview'), /^postgresql:\/\/app:\*\*\*@localhost\/shop$/);
      await keyboard.press('Escape');
      assert.equal(await id(page, 'url-repairs').count(), 0);
      assert.equal(await focused(page), 'url-string', 'Escape closed the list and nothing else');
      assert.match(await shown(page), /^export/);
      await keyboard.press('Control+.');
      await keyboard.press('Enter');
      await until(async () => (await shown(page)) === 'postgresql://app:••••••••@localhost/shop', 'it is repaired');
      await keyboard.press('Control+z');
      await until(async () => /^export/.test(await shown(page)), 'the repair is undone');
      await keyboard.press('Control+Shift+z');
      await until(async () => /^postgresql/.test(await shown(page)), 'and done again');
      assert.doesNotMatch(await page.content(), /hunter2/);
      await keyboard.press('Control+s');
      await id(page, 'undo-toast').waitFor();
      await keyboard.press('Escape');
      await until(async () => (await focused(page)) === 'matrix', 'Escape leaves the drawer');
    }));

  test('the list of problems offers the repair too', () =>
    open('fake=three&pace=0.1', async (page) => {
      await intoString(page, 'cell-orders-dev');
      await page.keyboard.insertText('postgresql://app:hunt@er2@localhost/orders');
      await id(page, 'show-repair').waitFor();
      await tabTo(page, 'show-repair');
      await page.keyboard.press('Enter');
      await id(page, 'repair-preview').waitFor();
      await tabTo(page, 'apply-repair');
      await page.keyboard.press('Enter');
      await until(async () => (await id(page, 'url-notes').count()) === 0, 'it is repaired');
      await until(async () => (await focused(page)) === 'url-string', 'and the string has the focus');
      assert.doesNotMatch(await page.content(), /hunt@er2|hunt%40er2/);
    }));

  test('Escape leaves the drawer where a list was asked for and is not there yet', () =>
    open('fake=three&pace=400', async (page) => {
      await intoString(page, 'cell-orders-dev');
      await page.keyboard.press('End');
      await page.keyboard.type('?application_name=a');
      // After CodeMirror has asked, before there is an answer.
      await page.waitForTimeout(300);
      assert.equal(await page.locator('.cm-tooltip-autocomplete').count(), 0);
      await page.keyboard.press('Escape');
      await until(async () => (await focused(page)) === 'matrix', 'Escape leaves the drawer');
    }));

  test('what stands around a hidden password is edited, and the password stays', () =>
    open('fake=three&pace=0.1', async (page) => {
      const { keyboard } = page;
      const never = async () => assert.doesNotMatch(await page.content(), /hunter2/);
      await intoString(page, 'cell-users-dev');
      await paste(page, 'mysql://ada:hunter2@db.example/users');
      await until(async () => /ada:••••••••@/.test(await shown(page)), 'dots');
      await never();
      await keyboard.press('Home');
      // Past the password: its dots are one step.
      for (let step = 0; step < 'mysql://ada:'.length + 2; step += 1) await keyboard.press('ArrowRight');
      await keyboard.type('my-');
      await until(async () => /@my-db\.example/.test(await shown(page)), 'typed behind the password');
      await keyboard.press('Home');
      for (let step = 0; step < 'mysql://ada'.length; step += 1) await keyboard.press('ArrowRight');
      await keyboard.type('bc');
      await until(async () => (await shown(page)) === 'mysql://adabc:••••••••@my-db.example/users', 'typed before it');
      await never();
      await keyboard.press('Control+a');
      await keyboard.press('Control+c');
      assert.equal(await clipboard(page), 'mysql://adabc:***@my-db.example/users');
      await tabTo(page, 'reveal', 'Shift+Tab');
      await keyboard.press('Enter');
      await until(async () => (await shown(page)) === 'mysql://adabc:hunter2@my-db.example/users', 'it is the same password');
      await keyboard.press('Enter');
      await until(async () => !/hunter2/.test(await page.content()), 'hidden again');
    }));

  test('completion opens, is left by Escape, and does not hold Tab', () =>
    open('fake=three&pace=0.1', async (page) => {
      const { keyboard } = page;
      const list = page.locator('.cm-tooltip-autocomplete');
      await intoString(page, 'cell-orders-dev');
      await keyboard.insertText('postgresql://localhost/orders?');
      await keyboard.press('Control+Space');
      await list.waitFor();
      await keyboard.press('Escape');
      await until(async () => (await list.count()) === 0, 'Escape closes the list');
      assert.equal(await focused(page), 'url-string');
      await keyboard.type('sslm');
      await list.waitFor();
      await keyboard.press('Enter');
      await until(async () => /\?sslmode=$/.test(await shown(page)), 'the name is written');
      await list.waitFor();
      await keyboard.press('ArrowDown');
      await keyboard.press('Tab');
      await until(async () => /\?sslmode=allow$/.test(await shown(page)), 'Tab takes the value');
      await keyboard.press('Tab');
      assert.notEqual(await focused(page), 'url-string', 'and then leaves');
    }));
});

describe('the tools, by keyboard alone', () => {
  test('two environments are compared, with what is typed and not saved', () =>
    open('fake=three&pace=0.1', async (page) => {
      const { keyboard } = page;
      const row = (part) => page.locator(`[data-testid=compare-table] [data-part=${part}]`);
      await fromMenu(page, 'cell-orders-stg', 'menu-compare');
      await id(page, 'compare-table').waitFor();
      assert.equal(await row('host').getAttribute('data-state'), 'different');
      assert.match(await row('password').innerText(), /hidden\s+hidden\s+Same/);
      assert.match(await row('option').innerText(), /sslmode\s+require\s+not there\s+Only left/);
      assert.doesNotMatch(await id(page, 'compare-dialog').innerText(), /secret/);
      await tabTo(page, 'compare-swap');
      await keyboard.press('Enter');
      await until(async () => /Only right/.test(await row('option').innerText()), 'the sides are swapped');
      await tabTo(page, 'compare-only-different');
      await keyboard.press('Space');
      await until(async () => (await row('password').count()) === 0, 'only what differs');
      await tabTo(page, 'compare-right');
      await keyboard.press('Enter');
      await keyboard.press('End');
      await keyboard.press('Enter');
      await until(async () => /db-1\.shop/.test(await id(page, 'compare-table').innerText()), 'the other side is chosen');
      await keyboard.press('Escape');
      await until(async () => (await focused(page)) === 'matrix', 'the focus returns to the grid');

      await intoString(page, 'cell-orders-dev');
      await keyboard.insertText('postgresql://app:other@typed.example/orders');
      await until(async () => /typed\.example/.test(await id(page, 'host-field').inputValue()), 'it is read');
      await tabTo(page, 'tool-compare', 'Shift+Tab');
      await keyboard.press('Enter');
      await id(page, 'compare-table').waitFor();
      assert.match(await shown(page, 'compare-summary'), /Of dev, what is typed and not saved is compared\./);
      assert.match(await row('host').innerText(), /typed\.example/);
      assert.doesNotMatch(await page.content(), /app:other/);
    }));

  test('a connection is copied with a replacement, seen before, and undone', () =>
    open('fake=three&pace=0.1', async (page) => {
      const { keyboard } = page;
      await id(page, 'matrix').waitFor();
      await goToCell(page, 'cell-events-dev');
      await keyboard.press('Control+k');
      await id(page, 'palette-input').waitFor();
      await id(page, 'palette-input').waitFor();
      await keyboard.type('copy to another');
      await keyboard.press('Enter');
      await id(page, 'copy-dialog').waitFor();
      const box = (slug) => page.getByTestId(`copy-to-${slug}`).locator('input');
      await keyboard.press('Tab');
      await until(() => box('stg').evaluate((element) => element === document.activeElement), 'the first target has the focus');
      await keyboard.press('Space');
      await tabTo(page, 'copy-find-stg');
      assert.equal(await id(page, 'copy-find-stg').inputValue(), 'dev');
      assert.equal(await id(page, 'copy-replace-stg').inputValue(), 'stg');
      await id(page, 'copy-unreplaced-stg').waitFor();
      await fill(page, 'localhost:27017');
      await tabTo(page, 'copy-replace-stg');
      await fill(page, '');
      await id(page, 'copy-problem-stg').waitFor();
      assert.equal(await id(page, 'copy-apply').isDisabled(), true);
      assert.match(await shown(page, 'copy-note'), /can’t be copied to stg/);
      await fill(page, 'stg-mongo.internal');
      await until(async () => (await id(page, 'copy-after-stg').count()) === 1 && (await shown(page, 'copy-after-stg')) === 'mongodb://stg-mongo.internal/events', 'the preview follows');
      assert.deepEqual(await id(page, 'copy-after-stg').locator('mark').allInnerTexts(), ['stg-mongo.internal']);
      await until(async () => id(page, 'copy-apply').isEnabled(), 'it can be copied');
      await keyboard.press('Enter');
      await until(async () => (await state(page, 'cell-events-stg')) === 'untested', 'it is in the matrix');
      await goToCell(page, 'cell-events-stg');
      await keyboard.press('Enter');
      await until(async () => (await shown(page)) === 'mongodb://stg-mongo.internal/events', 'with its replacement');
      await keyboard.press('Escape');
      await keyboard.press('Control+z');
      await until(async () => (await state(page, 'cell-events-stg')) === 'unconfigured', 'one undo takes it back');
    }));

  test('each target keeps its own password unless the passwords go along, and production is named', () =>
    open('fake=three&pace=0.1', async (page) => {
      const { keyboard } = page;
      await fromMenu(page, 'cell-users-prd', 'menu-copy-to');
      await id(page, 'copy-dialog').waitFor();
      await keyboard.press('Tab');
      await keyboard.press('Space');
      await id(page, 'copy-missing-dev').waitFor();
      await tabTo(page, 'copy-secrets');
      await keyboard.press('Space');
      await until(async () => (await id(page, 'copy-missing-dev').count()) === 0, 'with the passwords none is missing');
      await keyboard.press('Escape');
      await until(async () => (await focused(page)) === 'matrix', 'closed');

      await fromMenu(page, 'cell-users-stg', 'menu-copy-to');
      await id(page, 'copy-dialog').waitFor();
      await keyboard.press('Tab');
      await keyboard.press('Tab');
      await keyboard.press('Space');
      await until(async () => /prd is production/.test(await shown(page, 'copy-note')), 'production is named');
      assert.equal(await id(page, 'copy-target-prd').getAttribute('data-class'), 'production');
      await until(async () => id(page, 'copy-apply').isEnabled(), 'the preview is there');
      await tabTo(page, 'copy-apply');
      await keyboard.press('Enter');
      await id(page, 'undo-toast').waitFor();
    }));

  test('a connection is copied in another form, without its password', () =>
    open('fake=three&pace=0.1', async (page) => {
      const { keyboard } = page;
      await fromMenu(page, 'cell-orders-stg', 'menu-copy-as');
      await id(page, 'copy-as-text').waitFor();
      await tabTo(page, 'copy-as-format');
      await keyboard.press('Enter');
      await keyboard.type('JDBC');
      await keyboard.press('Enter');
      await until(async () => /^jdbc:postgresql:\/\/app:\*\*\*@/.test(await shown(page, 'copy-as-text')), 'the form is shown');
      await tabTo(page, 'copy-as');
      await keyboard.press('Enter');
      await id(page, 'toast').waitFor();
      assert.match(await shown(page, 'toast'), /Copied as JDBC URL, without the password\./);
      await until(async () => (await focused(page)) === 'matrix', 'the focus returns to the grid');
    }));
});

describe('a new database, by keyboard alone', () => {
  test('what is pasted is dots, says the type, is repaired and completed', () =>
    open('fake=three&pace=0.1', async (page) => {
      const { keyboard } = page;
      await id(page, 'matrix').waitFor();
      await keyboard.press('Control+n');
      await id(page, 'database-name').waitFor();
      await keyboard.type('Ledger');
      await tabTo(page, 'env-url-dev');
      await paste(page, 'export LEDGER_URL="mysql://app:hunter2@localhost/ledger"');
      await until(async () => (await id(page, 'url-notes').count()) === 1, 'its problem is told');
      assert.doesNotMatch(await page.content(), /hunter2/);
      await keyboard.press('F8');
      await id(page, 'url-problem').waitFor();
      await keyboard.press('Control+.');
      await id(page, 'url-repairs').waitFor();
      await keyboard.press('Escape');
      assert.equal(await id(page, 'database-form').count(), 1, 'Escape closes the list, not the form');
      await keyboard.press('Control+.');
      await keyboard.press('Enter');
      await until(async () => (await shown(page, 'env-url-dev')) === 'mysql://app:••••••••@localhost/ledger', 'it is repaired');
      await until(() => page.locator('[data-testid=database-type-mysql] input').isChecked(), 'the type is what the URL tells');
      await keyboard.press('End');
      await keyboard.type('?');
      await page.locator('.cm-tooltip-autocomplete').waitFor();
      await keyboard.press('Escape');
      await until(async () => (await page.locator('.cm-tooltip-autocomplete').count()) === 0, 'completion is closed');
      assert.equal(await id(page, 'database-form').count(), 1, 'Escape closes completion, not the form');
      await keyboard.press('Backspace');
      await tabTo(page, 'reveal', 'Shift+Tab');
      await keyboard.press('Enter');
      await until(async () => /app:hunter2@/.test(await shown(page, 'env-url-dev')), 'revealed');
      await keyboard.press('Enter');
      await until(async () => !/hunter2/.test(await page.content()), 'hidden');
      await tabTo(page, 'env-url-stg');
      await keyboard.insertText('postgresql://stg/ledger');
      await until(async () => (await id(page, 'url-notes').count()) === 1, 'another type is a problem');
      await keyboard.press('Enter');
      await until(async () => (await focused(page)) === 'env-url-stg', 'what does not parse is gone to');
      assert.equal(await id(page, 'database-form').count(), 1);
      await fill(page, 'mysql://stg/ledger');
      await until(async () => (await id(page, 'url-notes').count()) === 0, 'mended');
      await keyboard.press('Enter');
      await until(async () => (await state(page, 'cell-ledger-dev')) === 'untested', 'it is created');
      assert.equal(await state(page, 'cell-ledger-stg'), 'untested');
      assert.doesNotMatch(await page.content(), /hunter2/);
    }));
});

describe('a drawer that is opened again and again', () => {
  // Styles that are written again have every style worked out anew, and WebKit keeps each font that it loads for that.
  test('leaves no element and no style behind', () =>
    open('fake=three&pace=0.1', async (page) => {
      const round = async () => {
        await goToCell(page, 'cell-orders-dev');
        await page.keyboard.press('Enter');
        await id(page, 'url-string').waitFor();
        await page.keyboard.press('Escape');
        await until(async () => (await id(page, 'drawer').count()) === 0, 'it is closed');
      };
      const held = () =>
        page.evaluate(() => ({
          elements: document.querySelectorAll('*').length,
          rules: [...document.styleSheets].map((sheet) => sheet.cssRules.length),
        }));
      await round();
      await round();
      const before = await held();
      await page.evaluate(() => {
        window.styleChanges = 0;
        const count = (changes) => {
          window.styleChanges += changes.length;
        };
        new MutationObserver(count).observe(document.head, { childList: true, characterData: true, subtree: true });
      });
      for (let number = 0; number < 5; number += 1) await round();
      assert.deepEqual(await held(), before);
      assert.equal(await page.evaluate(() => window.styleChanges), 0, "the page's styles were written again");
    }));
});
