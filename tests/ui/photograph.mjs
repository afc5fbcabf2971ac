// Photographs the screens with the fake platform: `node tests/ui/photograph.mjs OUT_DIR [filter]`.
import { mkdtempSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allSurfaces } from './all-surfaces.mjs';
import { openBrowser, serve } from './support.mjs';

const out = process.argv[2] ?? mkdtempSync(join(tmpdir(), 'tapedeck-'));
const only = process.argv[3] ?? '';
mkdirSync(out, { recursive: true });

const screens = Object.assign({}, ...Object.values(allSurfaces));
/** Where the drawer is beside the matrix, not below it. */
screens['connection wide'] = { ...screens.connection, width: 1600 };

const server = await serve();
const browser = await openBrowser();
try {
  for (const theme of ['light', 'dark']) {
    for (const [spaced, screen] of Object.entries(screens)) {
      const name = spaced.replaceAll(' ', '-');
      if (!`${name}-${theme}`.includes(only)) continue;
      const page = await browser.newPage({ viewport: { width: screen.width ?? 1280, height: 800 } });
      page.on('pageerror', (error) => console.log(name, String(error)));
      page.on('console', (message) => message.type() === 'error' && console.log(name, message.text()));
      await page.goto(`${server.url}?${screen.address}&theme=${theme}`);
      await page.waitForTimeout(500);
      await screen.act(page).catch((error) => console.log(name, String(error).split('\n')[0]));
      await page.waitForTimeout(400);
      await page.screenshot({ path: join(out, `${name}-${theme}.png`) });
      await page.close();
    }
  }
} finally {
  await browser.close();
  await server.close();
}
console.log(out);
