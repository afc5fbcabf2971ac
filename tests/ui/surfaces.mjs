/** The connection editor's surfaces, each with how it is come to: looked at by axe and by the camera. */
const id = (page, name) => page.getByTestId(name);

const type = (cell, text) => async (page) => {
  await id(page, cell).click();
  await id(page, 'url-string').click();
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(text);
};
const broken = type('cell-orders-stg', 'export DATABASE_URL="postgresql://app:hunter2@stg-db.internal:5432/orders"');
const openFromDrawer = (cell, tool) => async (page) => {
  await id(page, cell).click();
  await id(page, tool).click();
};

export const surfaces = {
  problems: async (page) => {
    await broken(page);
    await id(page, 'show-repair').click();
  },
  problem: async (page) => {
    await broken(page);
    await id(page, 'url-notes').waitFor();
    await page.keyboard.press('F8');
    await id(page, 'url-problem').waitFor();
  },
  repairs: async (page) => {
    await broken(page);
    await id(page, 'url-notes').waitFor();
    await page.keyboard.press('Control+.');
    await id(page, 'url-repairs').waitFor();
  },
  completion: async (page) => {
    await type('cell-orders-stg', 'postgresql://app@stg-db.internal/orders?')(page);
    await page.keyboard.press('Control+Space');
    await page.locator('.cm-tooltip-autocomplete').waitFor();
    await page.keyboard.press('ArrowDown');
  },
  compare: async (page) => {
    await openFromDrawer('cell-orders-stg', 'tool-compare')(page);
    await id(page, 'compare-table').waitFor();
  },
  'copy to': async (page) => {
    await openFromDrawer('cell-orders-dev', 'tool-copy')(page);
    await id(page, 'copy-to-stg').click();
    await id(page, 'copy-find-stg').fill('localhost');
    await id(page, 'copy-replace-stg').fill('stg-db.internal');
    await id(page, 'copy-to-prd').click();
    await id(page, 'copy-after-prd').waitFor();
  },
  'copy refused': async (page) => {
    await openFromDrawer('cell-events-dev', 'tool-copy')(page);
    await id(page, 'copy-to-stg').click();
    await id(page, 'copy-find-stg').fill('localhost:27017');
    await id(page, 'copy-replace-stg').fill('');
    await id(page, 'copy-problem-stg').waitFor();
  },
  'copy as': async (page) => {
    await openFromDrawer('cell-orders-stg', 'tool-copy-as')(page);
    await id(page, 'copy-as-text').waitFor();
  },
  'new database': async (page) => {
    await id(page, 'database-create').click();
    await page.keyboard.type('Ledger');
    await id(page, 'env-url-dev').click();
    await page.keyboard.insertText('postgresql://app:hunter2@localhost/ledger?sslmode=prefer');
    await id(page, 'env-url-stg').click();
    await page.keyboard.insertText('DATABASE_URL="postgresql://app:hunter2@stg/ledger"');
    await id(page, 'url-notes').waitFor();
  },
};
