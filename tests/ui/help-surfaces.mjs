/** The user guide, with how it is come to: looked at by axe and by the camera. */
const id = (page, name) => page.getByTestId(name);

const open = (name) => async (page) => {
  await page.keyboard.press('F1');
  await id(page, 'help-screen').waitFor();
  if (name) await id(page, `help-page-${name}`).click();
};

export const helpSurfaces = {
  help: open(),
  'help page': open('keyrings-on-linux'),
  'help pictures': open('edit-a-connection'),
  'help rules': open('rules-migrations'),
  'help search': async (page) => {
    await open()(page);
    await page.keyboard.press('/');
    await page.keyboard.type('vault');
    await id(page, 'help-result').first().waitFor();
  },
};
