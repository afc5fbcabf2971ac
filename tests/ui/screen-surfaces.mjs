/** The screens and what opens over them, each with how it is come to: looked at by axe and by the camera. */
const id = (page, name) => page.getByTestId(name);

const click = (...names) => async (page) => {
  for (const name of names) await id(page, name).first().click();
};
const nothing = async () => undefined;

export const screenSurfaces = {
  'first run': { fake: 'empty', act: nothing },
  'no databases': { fake: 'bare', act: nothing },
  matrix: { act: nothing },
  'thousand rows': { fake: 'thousand', act: nothing },
  connection: { act: click('cell-orders-stg') },
  'connection in production': { act: click('cell-orders-prd') },
  'failed test': { act: click('cell-users-stg', 'tab-test') },
  details: { act: click('cell-users-stg', 'tab-details') },
  'cell menu': { act: (page) => id(page, 'cell-orders-stg').click({ button: 'right' }) },
  'tests run': {
    fake: 'thousand',
    query: '&pace=8',
    act: async (page) => {
      await id(page, 'test-all').click();
      await page.getByRole('progressbar').waitFor();
    },
  },
  'add database': { act: click('database-create') },
  palette: { act: click('palette-open') },
  databases: { act: click('nav-databases') },
  secrets: { act: click('nav-secrets') },
  activity: { act: click('nav-activity') },
  settings: { act: click('nav-settings') },
  product: { act: click('nav-settings', 'manage-product') },
  environment: { act: click('nav-settings', 'manage-product', 'environment-create') },
  import: { act: click('nav-settings', 'import', 'import-open') },
};
