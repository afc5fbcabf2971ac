// Photographs the screens with the fake platform: `node tests/ui/photograph.mjs OUT_DIR [filter]`.
import { mkdtempSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { actionSurfaces, otherActionSurfaces } from './action-surfaces.mjs';
import { helpSurfaces } from './help-surfaces.mjs';
import { migrationSurfaces, otherMigrationSurfaces } from './migration-surfaces.mjs';
import { secretSurfaces } from './secret-surfaces.mjs';
import { openBrowser, serve } from './support.mjs';
import { surfaces } from './surfaces.mjs';
import { updateSurfaces } from './update-surfaces.mjs';

const out = process.argv[2] ?? mkdtempSync(join(tmpdir(), 'tapedeck-'));
const only = process.argv[3] ?? '';
mkdirSync(out, { recursive: true });

const click = (id) => (page) => page.getByTestId(id).first().click();
const screens = {
  first: { fake: 'empty' },
  'first-create': { fake: 'empty', act: click('way-create') },
  'discover-ways': { fake: 'empty', act: click('way-import') },
  'discover-nothing': { fake: 'empty', query: '&discover=nothing', act: async (page) => { await click('way-import')(page); await click('way-home')(page); } },
  'discover-three': { fake: 'empty', act: async (page) => { await click('way-import')(page); await click('way-home')(page); } },
  'discover-into': { fake: 'three', act: async (page) => { await click('nav-settings')(page); await click('discover')(page); await click('way-folder')(page); } },
  'discover-many': { fake: 'empty', query: '&discover=many', act: async (page) => { await click('way-import')(page); await click('way-home')(page); } },
  'discover-review': { fake: 'empty', act: async (page) => { await click('way-import')(page); await click('way-home')(page); await click('discover-review')(page); } },
  bare: { fake: 'bare' },
  matrix: { fake: 'three' },
  thousand: { fake: 'thousand' },
  menu: { fake: 'three', act: (page) => page.getByTestId('cell-users-stg').click({ button: 'right' }) },
  editor: { fake: 'three', act: click('cell-orders-prd') },
  wide: { fake: 'three', act: click('cell-orders-stg'), width: 1600 },
  test: {
    fake: 'three',
    act: async (page) => {
      await page.getByTestId('cell-users-stg').click();
      await page.getByTestId('tab-test').click();
    },
  },
  testing: { fake: 'thousand', query: '&pace=8', act: async (page) => { await page.getByTestId('test-all').click(); await page.waitForTimeout(900); } },
  database: { fake: 'three', act: click('database-create') },
  palette: { fake: 'three', act: (page) => page.keyboard.press('Control+k') },
  databases: { fake: 'three', act: click('nav-databases') },
  secrets: { fake: 'three', act: click('nav-secrets') },
  activity: { fake: 'three', act: click('nav-activity') },
  settings: { fake: 'three', act: click('nav-settings') },
  product: { fake: 'three', act: async (page) => { await page.getByTestId('nav-settings').click(); await page.getByTestId('manage-product').click(); } },
  ...Object.fromEntries(Object.entries({ ...surfaces, ...actionSurfaces, ...helpSurfaces, ...migrationSurfaces }).map(([name, act]) => [name.replaceAll(' ', '-'), { fake: 'three', act }])),
  ...Object.fromEntries(Object.entries({ ...otherActionSurfaces, ...otherMigrationSurfaces }).map(([name, { fake, query, act }]) => [name.replaceAll(' ', '-'), { fake, query, act }])),
  ...Object.fromEntries(Object.entries({ ...secretSurfaces, ...updateSurfaces }).map(([name, { query, act }]) => [name.replaceAll(' ', '-'), { fake: 'three', query, act }])),
  import: { fake: 'three', act: async (page) => { await page.getByTestId('nav-settings').click(); await page.getByTestId('import').click(); await page.getByTestId('import-open').click(); } },
};

const server = await serve();
const browser = await openBrowser();
try {
  for (const theme of ['light', 'dark']) {
    for (const [name, screen] of Object.entries(screens)) {
      if (!`${name}-${theme}`.includes(only)) continue;
      const page = await browser.newPage({ viewport: { width: screen.width ?? 1280, height: 800 } });
      page.on('pageerror', (error) => console.log(name, String(error)));
      page.on('console', (message) => message.type() === 'error' && console.log(name, message.text()));
      await page.goto(`${server.url}?fake=${screen.fake}&theme=${theme}${screen.query ?? ''}`);
      await page.waitForTimeout(500);
      await screen.act?.(page).catch((error) => console.log(name, String(error).split("\n")[0]));
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
