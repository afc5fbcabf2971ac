/** The tests that axe finds nothing on any surface of a part, in either theme. */
import { test } from 'node:test';
import { allSurfaces } from './all-surfaces.mjs';
import { axeInBothThemes, front } from './harness.mjs';

export function axeFindsNothing(...parts) {
  const open = front({ still: true });
  for (const part of parts)
    for (const [name, { address, act }] of Object.entries(allSurfaces[part]))
      test(`axe finds nothing in ${part}: ${name}, light and dark`, () =>
        open(address, async (page) => {
          await page.locator('main').first().waitFor();
          await act(page);
          await axeInBothThemes(page, name);
        }));
}
