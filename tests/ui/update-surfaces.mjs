/** Updates and the about box, each with how it is come to: looked at by axe and by the camera. */
const id = (page, name) => page.getByTestId(name);

const settings = async (page) => {
  await id(page, 'nav-settings').click();
  await id(page, 'open-about').scrollIntoViewIfNeeded();
};
const dialog = async (page) => {
  await id(page, 'update-line').click();
  await id(page, 'update-dialog').waitFor();
};

export const updateSurfaces = {
  'update line': { query: '&updates=available', act: (page) => id(page, 'update-line').waitFor() },
  'update dialog': { query: '&updates=available', act: dialog },
  'update of a package': { query: '&updates=deb', act: dialog },
  'update downloading': {
    query: '&updates=available&pace=100',
    act: async (page) => {
      await dialog(page);
      await id(page, 'update-install').click();
      await id(page, 'update-cancel').waitFor();
    },
  },
  'update settings': { query: '&updates=available', act: settings },
  'update settings of a distribution': { query: '&updates=distribution', act: settings },
  'update failed': {
    query: '&updates=offline&pace=0.1',
    act: async (page) => {
      await settings(page);
      await id(page, 'check-updates').click();
      await page.locator('[data-testid=last-check][data-outcome=failed]').waitFor();
    },
  },
  about: {
    query: '',
    act: async (page) => {
      await settings(page);
      await id(page, 'open-about').click();
      await id(page, 'licence-list').waitFor();
      await id(page, 'licence-search').fill('react-dom');
      await page.locator('summary').first().click();
      await page.locator('pre').waitFor();
    },
  },
};
