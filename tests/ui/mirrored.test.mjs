// The main surfaces in a language that is written from the right: nothing scrolls sideways, arrow keys go where they point,
// and URLs, statements and values still read from the left.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { allSurfaces } from './all-surfaces.mjs';
import { front, id, settled } from './harness.mjs';
import { cutOff } from './language.mjs';
import { share, WALKS } from './sample.mjs';

const open = front({ still: true });
const MIRRORED = 'locale=mirrored';

describe('mirrored', () => {
  const surfaces = {
    ...allSurfaces.screens,
    ...allSurfaces.connections,
    ...allSurfaces.secrets,
    ...Object.fromEntries(['action result', 'action edit', 'action plan', 'action history', 'action compared'].map((name) => [name, allSurfaces.actions[name]])),
    ...Object.fromEntries(['migration matrix', 'migration list', 'migration edit', 'migration plan', 'migration schema', 'migration batch'].map((name) => [name, allSurfaces.migrations[name]])),
  };
  for (const [name, { address, act }] of share(WALKS.mirrored, surfaces))
    test(name, () =>
      open(`${address}&${MIRRORED}`, async (page) => {
        await page.locator('main').first().waitFor();
        await act(page);
        await settled(page);
        const found = await page.evaluate(() => {
          const wrong = [];
          for (const element of document.querySelectorAll('code, pre, .cm-content, [role=grid][dir=ltr] [role=gridcell]'))
            if (element.checkVisibility() && getComputedStyle(element).direction !== 'ltr') wrong.push(element.outerHTML.slice(0, 120));
          return { direction: getComputedStyle(document.documentElement).direction, wrong };
        });
        assert.deepEqual(found, { direction: 'rtl', wrong: [] });
        assert.deepEqual(await cutOff(page), []);
      }));
});

test('arrow keys go where they point, in the matrix, in menus and in lists that fold', () =>
  open(`fake=three&pace=0.1&${MIRRORED}`, async (page) => {
    const { keyboard } = page;
    const current = (role) => page.evaluate((role) => document.getElementById(document.querySelector(`[role=${role}]`).getAttribute('aria-activedescendant')).dataset.testid, role);
    await id(page, 'matrix').focus();
    await keyboard.press('Control+Home');
    assert.equal(await current('grid'), 'row-events');
    await keyboard.press('ArrowLeft');
    assert.equal(await current('grid'), 'cell-events-dev');
    await keyboard.press('ArrowLeft');
    assert.equal(await current('grid'), 'cell-events-stg');
    const [first, second] = await Promise.all(['cell-events-dev', 'cell-events-stg'].map((cell) => id(page, cell).boundingBox()));
    assert.ok(second.x < first.x, 'the next column is at the left');
    await keyboard.press('ArrowRight');
    assert.equal(await current('grid'), 'cell-events-dev');
    await keyboard.press('Control+3');
    await id(page, 'action-tree').focus();
    await keyboard.press('Home');
    const rows = () => page.locator('[role=treeitem]').count();
    const all = await rows();
    await keyboard.press('ArrowRight');
    await settled(page);
    assert.ok((await rows()) < all, 'it folds towards where it begins');
    await keyboard.press('ArrowLeft');
    await settled(page);
    assert.equal(await rows(), all);
  }));

test('a column that is out of sight is brought in, and not under the names', () =>
  open(`fake=thousand&${MIRRORED}`, async (page) => {
    await id(page, 'matrix').focus();
    await page.keyboard.press('Control+Home');
    for (const key of ['End', 'Home', 'ArrowLeft']) {
      await page.keyboard.press(key);
      await settled(page);
      const { cell, grid, names } = await page.evaluate(() => {
        const grid = document.querySelector('[role=grid]');
        const box = (element) => element.getBoundingClientRect().toJSON();
        return {
          cell: box(document.getElementById(grid.getAttribute('aria-activedescendant'))),
          grid: box(grid),
          names: box(grid.querySelector('[role=rowheader]')),
        };
      });
      assert.ok(cell.left >= grid.left - 1, `${key}: ${cell.left} is in sight`);
      if (key !== 'Home') assert.ok(cell.right <= names.left + 1, `${key}: ${cell.right} is beside the names, which begin at ${names.left}`);
    }
  }));
