/** Every surface of the window by its part, in one form: which fake shows it, at which address, and how it is come to. */
import { actionSurfaces, otherActionSurfaces } from './action-surfaces.mjs';
import { discoverySurfaces } from './discovery-surfaces.mjs';
import { helpSurfaces } from './help-surfaces.mjs';
import { migrationSurfaces, otherMigrationSurfaces } from './migration-surfaces.mjs';
import { screenSurfaces } from './screen-surfaces.mjs';
import { secretSurfaces } from './secret-surfaces.mjs';
import { surfaces as connectionSurfaces } from './surfaces.mjs';
import { updateSurfaces } from './update-surfaces.mjs';

const part = (...all) =>
  Object.fromEntries(
    Object.entries(Object.assign({}, ...all)).map(([name, surface]) => {
      const { fake = 'three', query = '', act } = typeof surface === 'function' ? { act: surface } : surface;
      return [name, { address: `fake=${fake}${query}`, act }];
    }),
  );

export const allSurfaces = {
  screens: part(screenSurfaces),
  connections: part(connectionSurfaces),
  secrets: part(secretSurfaces),
  discovery: part(discoverySurfaces),
  help: part(helpSurfaces),
  updates: part(updateSurfaces),
  actions: part(actionSurfaces, otherActionSurfaces),
  migrations: part(migrationSurfaces, otherMigrationSurfaces),
};
