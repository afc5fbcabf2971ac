// What the front end is built from, as npm's lock file names it: the packages that are shipped, and none of the tools.

import { readFileSync } from "node:fs";

/** `[{ name, version, licence?, folder }]`; the folder is where `npm ci` puts it, from the lock file's own. */
export function shippedPackages(lock) {
  return Object.entries(JSON.parse(readFileSync(lock, "utf8")).packages)
    .filter(([path, { dev, link }]) => path !== "" && !dev && !link)
    .map(([folder, { version, license }]) => ({ name: folder.split("node_modules/").at(-1), version, licence: license, folder }));
}
