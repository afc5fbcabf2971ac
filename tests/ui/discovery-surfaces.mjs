/** The importer of what other programs have, each surface with how it is come to: looked at by axe and by the camera. */
const click = (...names) => async (page) => {
  for (const name of names) await page.getByTestId(name).first().click();
};

export const discoverySurfaces = {
  'first product': { fake: 'empty', act: click('way-create') },
  'where to look': { fake: 'empty', act: click('way-import') },
  'nothing found': { fake: 'empty', query: '&discover=nothing', act: click('way-import', 'way-home') },
  'three found': { fake: 'empty', act: click('way-import', 'way-home') },
  'found for a product': { act: click('nav-settings', 'discover', 'way-folder') },
  'many found': { fake: 'empty', query: '&discover=many', act: click('way-import', 'way-home') },
  'what is imported': { fake: 'empty', act: click('way-import', 'way-home', 'discover-review') },
};
