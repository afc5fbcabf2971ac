// Takes the pictures of the docs from the real window: every screen that the guide shows, light and dark. Run by
// scripts/pictures; with names behind it, only those. Hosts and names in them are made up, so that a picture does not
// change with a port number; tests are against the private servers, which the made-up cells beside them can't reach, so
// that each state of a cell is seen.

import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Desktop } from "./desktop.mjs";
import { ACTIONS, BY_HAND, databases, ELSEWHERE, MIGRATIONS } from "./pictures-data.mjs";
import { KEYS } from "./webdriver.mjs";

const pictures = resolve(import.meta.dirname, "../../docs/pictures");
mkdirSync(pictures, { recursive: true });

// A window has few colours: a palette of them is a third of the size, and nobody sees the difference. The
// window has them all in it, and WebP without loss is 0.6 of a PNG.
const FEW_COLOURS = ["+dither", "-colors", "64", "-define", "webp:lossless=true", "-define", "webp:method=6", "-quality", "100"];

const wanted = new Set(process.argv.slice(2));
const desktop = await Desktop.start({ size: "1280x800" });
let window;

try {
  window = await desktop.open();
  await firstRun();
  await matrix();
  await records();
  await actions();
  await migrations();
  await transfer();
  await lost();
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
  if (wanted.size > 0 && !wanted.has(name)) return;
  // Messages that would cover what the picture is of.
  await window.run("for (const close of document.querySelectorAll('[data-testid$=toast] button:last-of-type')) close.click();");
  // Where this desktop's data is says nothing to a reader.
  await window.run(
    `for (const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT); walker.nextNode(); )
       for (const [real, shown] of arguments[0])
         if (walker.currentNode.data.includes(real)) walker.currentNode.data = walker.currentNode.data.replace(real, shown);`,
    [
      [desktop.dataDir(), "/home/anna/.local/share/tapedeck"],
      [desktop.env.HOME, "/home/anna"],
    ],
  );
  await sleep(250);
  for (const theme of ["light", "dark"]) {
    await window.run("document.documentElement.dataset.theme = arguments[0]", theme);
    await sleep(200);
    const path = desktop.screenshot(`${name}-${theme}.webp`, pictures, FEW_COLOURS);
    console.log(`docs/pictures/${name}-${theme}.webp, ${Math.ceil(statSync(path).size / 1000)} kB`);
  }
  await window.run("document.documentElement.dataset.theme = 'light'");
}

function create(kind, address, record) {
  desktop.cli([kind, "create", address, "-f", "-"], { input: JSON.stringify(record) });
}

async function firstRun() {
  await window.byId("first-run", 30_000);
  await themed("first-run");
  await found();
  await window.click("way-create");
  await window.type("product-name", "Shop");
  await window.click("product-create");
  await window.byId("matrix-empty");
  for (const database of databases(desktop.servers)) create("db", "shop", database);
  desktop.cli(["secret", "set", "SEARCH_PASSWORD"], { input: "not a real one" });
  for (const tag of ["orders", "users", "events", "search"]) await window.byId(`row-${tag}`);
}

// What other programs have in this desktop's home folder.
async function found() {
  for (const [name, text] of Object.entries(ELSEWHERE)) {
    const path = join(desktop.env.HOME, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { mode: 0o600 });
  }
  await window.click("way-import");
  await window.click("way-home");
  await window.byId("found-orders-dev", 20_000);
  await themed("discover");
  await window.keys(KEYS.escape);
  await window.gone("found-orders-dev");
}

async function matrix() {
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
  await window.click("cell-users-stg");
  await window.click("tab-test");
  await themed("test");
  await window.click("drawer-close");
  await window.click("palette-open");
  await window.byId("palette-input");
  await themed("palette");
  await window.keys(KEYS.escape);
  await window.gone("palette-input");
}

async function records() {
  await window.click("nav-settings");
  await window.byId("secret-place");
  await themed("settings");
  await window.click("manage-product");
  await themed("product");
  await window.click("nav-secrets");
  await themed("secrets");
  await window.click("nav-matrix");
  await window.click("database-create");
  await window.type("database-name", "Invoices");
  await themed("new-database");
  await window.keys(KEYS.escape);
  await window.gone("database-form");
}

async function actions() {
  for (const action of ACTIONS) create("action", "shop/orders", action);
  for (const migration of MIGRATIONS.orders) create("migration", "shop/orders", migration);
  for (const migration of MIGRATIONS.users) create("migration", "shop/users", migration);
  desktop.cli(["migration", "run", "shop/orders@dev"]);
  desktop.cli(["--yes", "orders", "migration", "run", "shop/orders@stg", "--to", "003_create_payments"]);
  desktop.cli(["--yes", "orders", "migration", "run", "shop/orders@prd", "--to", "002_orders_email_idx"]);
  desktop.cli(["action", "run", "shop/orders:ship@dev", "-i", "-"], { input: JSON.stringify({ filter: { id: 1013 } }) });
  await window.click("nav-actions");
  await window.click("action-orders-by-email");
  await window.click("run-in-dev");
  await window.click("samples-menu");
  await window.click("menu-sample-1");
  await window.click("run");
  await window.byId("run-summary");
  await themed("action");
  await window.click("action-tab-compare");
  await window.click("action-compare");
  await window.byId("action-compare-summary");
  await themed("compare");
  await window.click("action-orders-ship");
  await window.click("action-tab-run");
  await window.click("run-in-prd");
  await window.type("input-id", "1013");
  await window.click("run");
  await window.byId("confirm-tag");
  await themed("confirm");
  await window.keys(KEYS.escape);
  await window.gone("confirm-tag");
  await window.click("nav-activity");
  await themed("activity");
}

async function migrations() {
  // It stops half way: two users have the same e-mail.
  desktop.tryCli(["migration", "run", "shop/users@dev"]);
  create("action", "shop/orders", BY_HAND);
  desktop.cli(["--yes", "orders", "action", "run", "shop/orders:by-hand@stg", "-i", "-"], { input: JSON.stringify({ data: {} }) });
  await window.click("nav-matrix");
  await window.click("view-migrations");
  await window.click("refresh-all");
  await window.until("staging has drifted", async () => (await window.attribute("cell-orders-stg", "data-state")) === "drift", 40_000);
  await sleep(500);
  await themed("migration-matrix");
  await window.click("row-orders");
  await window.byId("migration-grid");
  await themed("migrations");
  await window.click("migration-tab-run");
  await window.click("migrate-in-prd");
  await window.until("the plan of production", async () => (await window.exists("plan-target")) && (await window.text("plan-target")).includes("@prd"), 20_000);
  await themed("plan");
  await window.click("migrate-in-stg");
  await window.click("migration-tab-schema");
  await window.click("schema-compare");
  await window.byId("differences", 30_000);
  await window.click("[data-testid^='difference-']");
  await themed("drift");
  await window.click("nav-matrix");
  await window.click("row-users");
  await window.byId("migration-grid");
  await window.click("migration-tab-run");
  await window.click("migrate-in-dev");
  await window.byId("repair-resume", 20_000);
  await window.click("repair-undo");
  await window.byId("plan-count", 20_000);
  await themed("repair");
  await window.click("nav-matrix");
  await window.click("view-connections");
}

// The last of this window, as the preview is left open. A colleague's file: a name and a host changed there, and one changed here since.
async function transfer() {
  const file = join(desktop.folder, "shop.json");
  desktop.cli(["export", "shop", "-o", file]);
  const text = readFileSync(file, "utf8").replace("Carts, orders and payments.", "Carts, orders, payments and returns.").replace('"name": "Events"', '"name": "Event store"');
  writeFileSync(file, text);
  desktop.cli(["db", "update", "shop/orders", "-f", "-"], { input: JSON.stringify({ description: "Carts and orders." }) });
  await window.click("palette-open");
  await window.keys("import file", "palette-input");
  await window.click("command-import");
  await window.click("import-open");
  await chooseFile(file);
  await window.byId("import-apply", 20_000);
  await themed("import");
}

// In the system's dialog for files, which is no page: a path is typed where `/` begins one.
async function chooseFile(path) {
  const run = (...args) => spawnSync("xdotool", args, { env: desktop.env, encoding: "utf8", timeout: 20_000 }).stdout.trim();
  const dialog = await window.until("the dialog for files", () => run("search", "--onlyvisible", "--name", "^(Open|Import).*").split("\n").at(-1), 10_000);
  await sleep(500);
  run("windowfocus", "--sync", dialog);
  // The entry takes some time to be there, and what is typed meanwhile is lost.
  run("key", "slash");
  await sleep(1500);
  run("key", "ctrl+a");
  run("type", "--delay", "50", path);
  await sleep(500);
  run("key", "Return");
}

// Last, as nothing can be tested after it: the keyring has lost what was in it.
async function lost() {
  spawnSync("secret-tool", ["clear", "service", "tapedeck"], { env: desktop.env, timeout: 20_000 });
  await window.close();
  window = await desktop.open();
  await window.click("notice-enter");
  await window.byId("enter-0");
  await themed("enter");
}
