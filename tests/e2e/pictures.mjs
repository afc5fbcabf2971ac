// Takes the pictures of the docs from the real window: every screen, light and dark. Run by scripts/pictures.
// Hosts and names in them are made up, so that a picture does not change with a port number; tests are against the
// private servers, which the made-up cells beside them can't reach, so that each state of a cell is seen.

import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Desktop } from "./desktop.mjs";

const pictures = resolve(import.meta.dirname, "../../docs/pictures");
mkdirSync(pictures, { recursive: true });

const desktop = await Desktop.start({ size: "1280x800" });
let window;

try {
  window = await desktop.open();
  await window.byId("first-run", 30_000);
  await window.type("product-name", "Shop");
  await themed("first-run");
  await window.type("product-name", "Shop");
  await window.click("product-create");
  await window.byId("matrix-empty");
  fill();
  for (const tag of ["orders", "users", "events", "search"]) await window.byId(`row-${tag}`);
  await window.click("test-all");
  await window.until("the tests end", () => window.run("return document.querySelector('[data-state=testing]') === null && document.querySelector('[data-state=ok]') !== null"), 40_000);
  await sleep(500);
  await themed("matrix");
  await window.click("cell-orders-stg");
  await window.byId("drawer");
  await window.click("tab-connection");
  await sleep(400);
  await themed("connection");
  await window.click("drawer-close");
  await window.click("cell-search-prd");
  await window.click("tab-test");
  await themed("test");
  await window.click("drawer-close");
  await window.click("nav-databases");
  await window.click("database-orders");
  await themed("databases");
  await window.click("nav-settings");
  await window.click("manage-product");
  await themed("product");
  await window.click("nav-secrets");
  await themed("secrets");
  await window.click("nav-activity");
  await themed("activity");
  await window.click("nav-settings");
  await themed("settings");
  await window.click("nav-matrix");
  await window.click("database-create");
  await window.type("database-name", "Invoices");
  await themed("new-database");
  await window.keys("\uE00C");
  await window.gone("database-form");
  await window.click("palette-open");
  await window.byId("palette-input");
  await themed("palette");
} catch (error) {
  console.error(error.message, desktop.screenshot("failed-pictures"));
  process.exitCode = 1;
} finally {
  await window?.close().catch(() => undefined);
  await desktop.stop();
}

// Both themes of what is on the screen: the attribute that the settings set (ui/src/design/tokens.css), without
// leaving the screen for the settings and coming back.
async function themed(name) {
  // Messages that would cover what the picture is of.
  await window.run("for (const close of document.querySelectorAll('[data-testid$=toast] button:last-of-type')) close.click();");
  await sleep(250);
  for (const theme of ["light", "dark"]) {
    await window.run("document.documentElement.dataset.theme = arguments[0]", theme);
    await sleep(200);
    desktop.screenshot(`${name}-${theme}`, pictures);
  }
  await window.run("document.documentElement.dataset.theme = 'light'");
  console.log(`docs/pictures/${name}-light.png and -dark.png`);
}

// Four databases by the command line, as a script would: the window shows them at once.
function fill() {
  const { postgresql, mysql, mongodb } = desktop.servers;
  const create = (record) => desktop.cli(["db", "create", "shop", "-f", "-"], { input: JSON.stringify(record) });
  const envs = (urls) => Object.entries(urls).map(([slug, connection_url]) => ({ slug, connection_url }));
  create({ type: "postgresql", tag: "orders", name: "Orders", envs: envs(postgresql.urls), description: "Carts, orders and payments." });
  create({ type: "mysql", tag: "users", name: "Users", envs: envs({ ...mysql.urls, stg: mysql.urls.stg.replace(encodeURIComponent(mysql.password), "not-it").replace(mysql.password, "not-it") }) });
  create({ type: "mongodb", tag: "events", name: "Events", envs: envs({ dev: mongodb.urls.dev, prd: mongodb.urls.prd }) });
  create({
    type: "postgresql",
    tag: "search",
    name: "Search",
    envs: envs({ dev: postgresql.urls.dev, prd: "postgresql://search:$Secret{SEARCH_PASSWORD}@127.0.0.1:9/search" }),
  });
  desktop.cli(["secret", "set", "SEARCH_PASSWORD"], { input: "not a real one" });
}
