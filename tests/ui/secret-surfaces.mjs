/** Where passwords are kept and what lacks there, each with how it is come to: looked at by axe and by the camera. */
const id = (page, name) => page.getByTestId(name);

const settings = async (page) => {
  await id(page, 'nav-settings').click();
  await id(page, 'secret-place').waitFor();
};
const choosing = (place) => async (page) => {
  await settings(page);
  await id(page, 'choose-place').click();
  await id(page, `place-${place}`).click();
};

export const secretSurfaces = {
  'keyring unavailable': { query: '&secrets=unavailable', act: (page) => id(page, 'notice-place').waitFor() },
  'keyring unavailable settings': { query: '&secrets=unavailable', act: settings },
  'choose a vault': { query: '', act: choosing('vault') },
  'choose asking': { query: '', act: choosing('ask') },
  'vault locked': { query: '&secrets=vault', act: (page) => id(page, 'notice-unlock').waitFor() },
  'vault settings': { query: '&secrets=vault', act: settings },
  unlock: {
    query: '&secrets=vault',
    act: async (page) => {
      await id(page, 'notice-unlock').click();
      await id(page, 'passphrase').fill('wrong');
      await page.keyboard.press('Enter');
      await page.getByText('This is not the passphrase').waitFor();
    },
  },
  'passwords lost': { query: '&secrets=lost', act: (page) => id(page, 'notice-enter').waitFor() },
  'enter passwords': {
    query: '&secrets=lost',
    act: async (page) => {
      await id(page, 'notice-enter').click();
      await id(page, 'enter-0').fill('fail');
      await page.keyboard.press('Enter');
      await page.getByText('on purpose').waitFor();
    },
  },
};
