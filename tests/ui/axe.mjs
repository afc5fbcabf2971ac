/** The tests that axe finds nothing on the surfaces of a part, in either theme. */
import { test } from 'node:test';
import { allSurfaces } from './all-surfaces.mjs';
import { axeInBothThemes, front } from './harness.mjs';
import { share, WALKS } from './sample.mjs';

export function axeFindsNothing(...parts) {
  const open = front({ still: true });
  for (const part of parts)
    for (const [name, { address, act }] of share(WALKS.axe, allSurfaces[part]))
      test(`axe finds nothing in ${part}: ${name}, light and dark`, () =>
        open(address, async (page) => {
          await page.locator('main').first().waitFor();
          await act(page);
          await axeInBothThemes(page, name);
        }));
}
