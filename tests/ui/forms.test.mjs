// A form's buttons stay where they are: what is said while one types, or when a field is left, moves none of them.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { allSurfaces } from './all-surfaces.mjs';
import { front, id, settled, state, until } from './harness.mjs';

const open = front();
/** It parses, and there is something to say about it. */
const HINTED = 'postgres://app:hunter2@localhost/ledger';

/** Presses and releases upon a button with the mouse, as it stood when the hand set out; what is said comes in between. */
async function pressSlowly(page, name) {
  const box = await id(page, name).boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await id(page, 'url-notes').waitFor();
  await page.mouse.up();
}

describe('one press of the mouse saves', () => {
  test('a new database, while a hint appears below the URL that has the focus', () =>
    open('fake=three&pace=0.1', async (page) => {
      await id(page, 'database-create').click();
      await id(page, 'database-name').waitFor();
      await page.keyboard.type('Ledger');
      await id(page, 'env-url-prd').click();
      await page.keyboard.insertText(HINTED);
      await pressSlowly(page, 'save');
      await until(async () => (await id(page, 'database-form').count()) === 0, 'it is created by the one press');
      await until(async () => (await state(page, 'cell-ledger-prd')) !== null, 'it is in the matrix');
    }));

  for (const width of [1280, 1600])
    test(`a connection, while a hint appears, ${width} wide`, () =>
      open(
        'fake=three&pace=0.1',
        async (page) => {
          await id(page, 'cell-orders-dev').click();
          await id(page, 'url-string').click();
          await page.keyboard.press('Control+a');
          // The button wakes once it is read; what is typed then brings the hint.
          await page.keyboard.insertText('postgresql://app:hunter2@localhost/ledger');
          await until(() => id(page, 'save').isEnabled(), 'it can be saved');
          await page.keyboard.insertText('?ssl=1');
          await pressSlowly(page, 'save');
          await id(page, 'undo-toast').waitFor();
        },
        { width, height: 800 },
      ));
});

/** Where every control stands, by its order. */
const boxes = (page, form) =>
  page.evaluate((selector) => {
    const root = document.querySelector(selector);
    return [...root.querySelectorAll('button, input, textarea, [contenteditable=true]')]
      .filter((control) => control.checkVisibility() && control.getBoundingClientRect().width > 1)
      .map((control) => {
        const { x, y, width, height } = control.getBoundingClientRect();
        return [control.dataset.testid ?? control.textContent, Math.round(x), Math.round(y), Math.round(width), Math.round(height)].join(' ');
      });
  }, form);

describe('nothing moves when a field is left', () => {
  const { screens, secrets, connections, discovery, actions, migrations } = allSurfaces;
  const dialog = '[role=dialog]';
  const forms = {
    product: [screens.product, 'product-edit', dialog],
    environment: [screens.environment, null, dialog],
    database: [screens['add database'], null, dialog],
    'first product': [discovery['first product'], null, 'main'],
    secret: [screens.secrets, 'secret-create', dialog],
    import: [screens.settings, 'import', dialog],
    settings: [screens.settings, null, '[data-testid=settings-screen]'],
    connection: [screens.connection, null, '[data-testid=drawer]'],
    'copy of a connection': [connections['copy to'], null, dialog],
    'vault file': [secrets['choose a vault'], null, dialog],
    unlocking: [secrets.unlock, null, dialog],
    passwords: [secrets['enter passwords'], null, dialog],
    action: [actions['action edit'], null, '[data-testid=action-detail]'],
    'inputs of a run': [actions.actions, null, '[data-testid=action-detail]'],
    migration: [migrations['migration edit'], null, '[data-testid=migrations-screen]'],
  };
  for (const [name, [{ address, act }, button, form]] of Object.entries(forms))
    test(`of ${name}`, () =>
      open(address, async (page) => {
        await page.locator('main').first().waitFor();
        await act(page);
        if (button !== null) await id(page, button).click();
        await settled(page);
        const fields = page.locator(`${form} input:not([type=radio], [type=checkbox], [type=search]):enabled:visible, ${form} textarea:visible`);
        await fields.first().waitFor();
        const count = await fields.count();
        const moved = [];
        for (let index = 0; index < Math.min(count, 6); index += 1) {
          const field = fields.nth(index);
          const what = await field.evaluate((element) => element.dataset.testid ?? element.ariaLabel);
          await field.focus();
          await page.keyboard.press('End');
          await page.keyboard.type(' ');
          await settled(page);
          const before = await boxes(page, form);
          await field.evaluate((element) => element.blur());
          await settled(page);
          const after = await boxes(page, form);
          if (before.join() !== after.join()) moved.push({ what, before: before.filter((one) => !after.includes(one)), after: after.filter((one) => !before.includes(one)) });
        }
        assert.deepEqual(moved, []);
      }));
});
