// Every surface in a language that nobody speaks: what is not in brackets was written past the catalogue of messages,
// and what is cut off has no room for a longer language.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allSurfaces } from './all-surfaces.mjs';
import { front, settled } from './harness.mjs';
import { cutOff, notSaid } from './language.mjs';
import { share, WALKS } from './sample.mjs';

const open = front({ still: true });

for (const [part, surfaces] of Object.entries(allSurfaces))
  test(`${part}: everything comes from the catalogue, and nothing is cut off`, async (t) => {
    for (const [name, { address, act }] of share(WALKS.language, surfaces))
      await t.test(name, () =>
        open(`${address}&locale=pseudo&told`, async (page) => {
          await page.locator('main').first().waitFor();
          await act(page);
          await settled(page);
          assert.deepEqual({ notSaid: await notSaid(page), cutOff: await cutOff(page) }, { notSaid: [], cutOff: [] });
        }),
      );
  });
