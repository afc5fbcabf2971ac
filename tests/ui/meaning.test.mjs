// No meaning is told by colour alone: whatever differs in what it says of itself differs by a word or by a shape too.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allSurfaces } from './all-surfaces.mjs';
import { front, id, settled } from './harness.mjs';

const open = front({ still: true });
const { screens, connections, actions, migrations } = allSurfaces;
const at = (address) => ({ address, act: (page) => id(page, 'matrix').waitFor() });

/** By the value of an attribute, the looks without colour of all that has it: the shapes, and the words without numbers. */
const looks = (page, selector, attribute, part) =>
  page.evaluate(
    ([selector, attribute, part]) =>
      [...document.querySelectorAll(selector)].map((element) => {
        const telling = part === undefined ? element : element.querySelector(part);
        const shapes = telling.matches('svg') ? telling.innerHTML : [...telling.querySelectorAll('svg')].map((svg) => svg.innerHTML).join();
        const words = (telling.innerText || telling.getAttribute('aria-label') || '').replace(/[\d.,]+/g, '#').trim();
        return [element.getAttribute(attribute), `${shapes} ${words}`];
      }),
    [selector, attribute, part],
  );

const kinds = {
  'the states of a cell': {
    selector: '[data-testid^="cell-"][data-state]',
    attribute: 'data-state',
    from: [at('fake=three'), at('fake=three&secrets=vault'), at('fake=three&secrets=lost'), at('fake=three&secrets=unavailable'), at('fake=thousand')],
    least: 5,
  },
  'the states of a cell’s migrations': {
    selector: '[data-testid^="cell-"][data-state]',
    attribute: 'data-state',
    from: [migrations['migration matrix'], migrations['many cells']],
    least: 5,
  },
  'the marks of a cell’s migrations': { selector: '[data-mark]', attribute: 'data-mark', from: [migrations['migration matrix']], least: 3 },
  'the standings of a migration': { selector: '[data-testid^="standing-"]', attribute: 'data-kind', from: [migrations['migration list'], migrations['migration list missing']], least: 3 },
  'the classes of environments': { selector: '[role=columnheader][data-class] [data-class]', attribute: 'data-class', from: [screens.matrix], least: 3 },
  // Each stage has its name beside it: its mark alone says how it went.
  'the marks of a test’s stages': { selector: '[data-testid=timeline] [data-mark]', attribute: 'data-mark', part: 'svg', from: [screens['failed test']], least: 2 },
  'the verdicts of a comparison': { selector: '[data-testid=compare-table] tr[data-state]', attribute: 'data-state', part: 'td:last-child', from: [connections.compare], least: 2 },
  'the differences of two schemas': { selector: '[data-testid^="difference-"]', attribute: 'data-change', part: ':scope > :nth-child(2)', from: [migrations['migration schema']], least: 2 },
  'the rows of two results': { selector: '[data-testid=compare-grid] [data-row][data-tone]', attribute: 'data-tone', part: '[role=rowheader]', from: [actions['action compared']], least: 2 },
};

for (const [what, { selector, attribute, part, from, least }] of Object.entries(kinds))
  test(`${what} differ by a word or a shape`, async () => {
    const byValue = new Map();
    for (const { address, act } of from)
      await open(address, async (page) => {
        await page.locator('main').first().waitFor();
        await act(page);
        await settled(page);
        for (const [value, look] of await looks(page, selector, attribute, part)) byValue.set(value, (byValue.get(value) ?? new Set()).add(look));
      });
    assert.ok(byValue.size >= least, `${[...byValue.keys()].join(', ')}: ${least} are expected`);
    const values = [...byValue];
    for (const [index, [value, mine]] of values.entries())
      for (const [other, theirs] of values.slice(index + 1))
        assert.deepEqual([...mine].filter((look) => theirs.has(look)), [], `${value} and ${other} look the same but for their colours`);
  });
