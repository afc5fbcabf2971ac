// Migrations in the real window, by keyboard alone, on real servers of all three engines: one is written, planned and run in
// development; staging is behind; it is promoted; what somebody changed in staging by hand is found; it is rolled back.

import assert from "node:assert/strict";
import { after, before } from "node:test";
import { Desktop, steps } from "./desktop.mjs";
import { KEYS } from "./webdriver.mjs";

const ENGINES = [
  {
    tag: "orders",
    type: "postgresql",
    up: "CREATE TABLE returns (id bigint PRIMARY KEY, reason text NOT NULL);\n\nCREATE INDEX returns_reason ON returns (reason);",
    down: "DROP INDEX returns_reason;\n\nDROP TABLE returns;",
    statements: 2,
    stray: { tableName: "returns", type: "create", template: "CREATE INDEX returns_by_hand ON returns (id, reason)" },
    found: /returns_by_hand/,
  },
  {
    tag: "users",
    type: "mysql",
    up: "CREATE TABLE returns (id bigint PRIMARY KEY, reason varchar(40) NOT NULL);\n\nCREATE INDEX returns_reason ON returns (reason);",
    down: "DROP INDEX returns_reason ON returns;\n\nDROP TABLE returns;",
    statements: 2,
    stray: { tableName: "returns", type: "create", template: "CREATE INDEX returns_by_hand ON returns (id, reason)" },
    found: /returns_by_hand/,
  },
  {
    tag: "events",
    type: "mongodb",
    up: '[\n  { "create": "returns" },\n  { "createIndexes": "returns", "indexes": [{ "key": { "reason": 1 }, "name": "by_reason" }] }\n]',
    down: '[\n  { "dropIndexes": "returns", "index": "by_reason" },\n  { "drop": "returns" }\n]',
    statements: 2,
    stray: { tableName: "strays", type: "create", template: { insertOne: { made: "by hand" } } },
    found: /strays/,
  },
];

let desktop;
let window;

const step = steps(() => desktop);

before(async () => {
  desktop = await Desktop.start({ size: "1280x900" });
  desktop.cli(["product", "create", "shop", "--name", "Shop"]);
  for (const slug of ["dev", "stg", "prd"]) desktop.cli(["env", "create", "shop", slug, "--name", slug]);
  for (const { tag, type, stray } of ENGINES) {
    const envs = ["dev", "stg", "prd"].map((slug) => ({ slug, connection_url: desktop.servers[type].urls[slug] }));
    desktop.cli(["db", "create", "shop", "-f", "-"], { input: JSON.stringify({ name: tag, tag, type, envs }) });
    desktop.cli(["action", "create", `shop/${tag}`, "-f", "-"], { input: JSON.stringify({ name: "Stray", tag: "stray", ...stray }) });
  }
  window = await desktop.open();
}, { timeout: 300_000 });

after(async () => {
  await window?.close().catch(() => undefined);
  await desktop?.stop();
});

const shown = (id) => window.text(id);
const until = (what, look, limit = 20_000) => window.until(what, look, limit);
const status = (address) => JSON.parse(desktop.cli(["migration", "status", `shop/${address}`, "--json"]));

/** The cell that the keys of a grid are on. */
const current = (grid) =>
  window.run(
    "return document.getElementById(document.querySelector(`[data-testid=${arguments[0]}]`)?.getAttribute('aria-activedescendant'))?.dataset.testid ?? null;",
    grid,
  );

/** To a cell of the matrix, by arrow keys. */
async function toCell(name) {
  await window.chord(KEYS.control, "1");
  await window.byId("matrix", 30_000);
  await window.goTo("matrix");
  await window.chord(KEYS.control, KEYS.home);
  for (let row = 0; row < 4; row += 1) {
    await window.keys(KEYS.home);
    for (let column = 0; column < 4; column += 1) {
      if ((await current("matrix")) === name) return;
      await window.keys(KEYS.right);
    }
    await window.keys(KEYS.down);
  }
  throw new Error(`${name} is not reached by arrow keys: ${await current("matrix")}`);
}

/** The matrix tells of migrations. */
async function inMigrationView() {
  if ((await window.attribute("matrix", "aria-label")) !== "Migrations by environment") await window.keys("m");
  await until("migrations are shown", async () => (await window.attribute("matrix", "aria-label")) === "Migrations by environment");
}

async function paste(id, text) {
  await window.goTo(id);
  desktop.copy(text);
  await window.chord(KEYS.control, "v");
}

/** Runs what is planned, once it can be run. */
async function press() {
  await until("it can be run", async () => (await window.attribute("run-migrations", "disabled")) === null);
  await window.chord(KEYS.control, KEYS.enter);
}

const outcome = (said) => until(`the run says ${said}`, async () => said.test(await shown("run-outcome")), 40_000);

for (const { tag, up, down, statements, found } of ENGINES) {
  step(`${tag}: a migration is written, planned and run in development`, async () => {
    await toCell(`row-${tag}`);
    await inMigrationView();
    await window.keys(KEYS.enter);
    await until("the screen is open", () => window.exists("migrations-screen"));
    await until("there is nothing yet, and it is said what to do", () => window.exists("migrations-none"));
    await window.goTo("migration-create-empty");
    await window.keys(KEYS.enter);
    await until("the name has the focus", async () => (await window.focused()) === "migration-name");
    await window.keys("Create returns");
    await paste("migration-up", up);
    await paste("migration-down", down);
    await until("it is read", () => window.exists("migration-no-problems"));
    await window.chord(KEYS.control, "s");
    await until("it is saved", async () => (await window.exists("migration-full-tag")) && (await shown("migration-full-tag")) === `${tag}:create-returns`);
    await until("the focus is in the editor", async () => (await window.focused()) === "migration-name");
    await window.keys(KEYS.escape);
    await until("the list has the focus", async () => (await window.focused()) === "migration-grid");
    await window.keys(KEYS.home);
    await window.keys(KEYS.right);
    assert.equal(await current("migration-grid"), "standing-create-returns-dev");
    await window.keys(KEYS.enter);
    await until("the plan", async () => (await window.exists("plan-count")) && (await shown("plan-count")).includes(`${statements} statements`));
    assert.match(await shown("plan-target"), new RegExp(`shop/${tag}@dev`));
    desktop.screenshot(`migrations-${tag}-plan`);
    await press();
    await outcome(/1 migration done in dev/);
    desktop.screenshot(`migrations-${tag}-ran`);
    const [cell] = status(`${tag}@dev`).cells ?? status(`${tag}@dev`);
    assert.equal(cell.head, "create-returns", "the target has it");
  });

  step(`${tag}: staging is seen to be behind, and the migration is promoted`, async () => {
    await toCell(`cell-${tag}-stg`);
    await inMigrationView();
    await window.keys("r");
    await until("staging is behind by one", async () => (await shown(`cell-${tag}-stg`)).includes("1 behind"));
    desktop.screenshot(`migrations-${tag}-matrix`);
    await window.keys("p");
    await until("the plan of staging", async () => (await window.exists("plan-target")) && (await shown("plan-target")).includes(`${tag}@stg`));
    await press();
    await until("it is asked", async () => (await window.focused()) === "confirm-submit");
    await window.keys(KEYS.enter);
    await outcome(/1 migration done in stg/);
  });

  step(`${tag}: what somebody changed in staging by hand is found`, async () => {
    desktop.cli(["action", "run", `shop/${tag}:stray@stg`, "--json", "--input", "-", "--yes", tag], { input: JSON.stringify({ data: {} }) });
    await toCell(`cell-${tag}-stg`);
    await inMigrationView();
    await window.keys("r");
    await until("the cell says so", async () => (await window.attribute(`cell-${tag}-stg`, "data-state")) === "drift");
    await window.keys("p");
    await until("the focus goes along", async () => (await window.focused()) === "migration-tab-run");
    await window.keys(KEYS.right);
    await window.keys(KEYS.right);
    await window.goTo("schema-compare");
    await window.keys(KEYS.enter);
    await until("the difference", async () => (await window.exists("differences")) && found.test(await shown("differences")), 30_000);
    assert.ok(await window.exists("mend"), "the statements that mend it");
    desktop.screenshot(`migrations-${tag}-drift`);
  });

  step(`${tag}: it is rolled back in development`, async () => {
    await toCell(`cell-${tag}-dev`);
    await inMigrationView();
    await window.keys("p");
    await until("the plan of development", async () => (await window.exists("plan-target")) && (await shown("plan-target")).includes(`${tag}@dev`));
    await window.goTo("deed-run");
    await window.keys(KEYS.right);
    await window.keys(KEYS.right);
    await until("the way back", async () => (await window.exists("plan-step-create-returns")) && (await window.attribute("plan-step-create-returns", "data-direction")) === "down");
    await press();
    await until("it is rolled back", async () => (await window.exists("run-steps")) && (await shown("run-steps")).includes("rolled back"), 40_000);
    const [cell] = status(`${tag}@dev`).cells ?? status(`${tag}@dev`);
    assert.equal(cell.head, null, "the target has it no more");
    assert.equal(cell.pending, 1);
  });
}

step("in production nothing runs without the typed tag", async () => {
  await toCell("cell-orders-prd");
  await inMigrationView();
  await window.keys("p");
  await until("the plan of production", async () => (await window.exists("plan-target")) && (await shown("plan-target")).includes("orders@prd"));
  await press();
  await until("the tag is to be typed", async () => (await window.focused()) === "confirm-tag");
  await window.keys("users");
  await window.keys(KEYS.enter);
  assert.ok(await window.exists("confirm-migration"), "another tag does not confirm");
  await window.chord(KEYS.control, "a");
  await window.keys("orders");
  await window.keys(KEYS.enter);
  await outcome(/1 migration done in prd/);
  desktop.screenshot("migrations-production");
});
