// Actions in the real window, by keyboard alone, on real servers of all three engines: one is written, validated, planned and run
// on each; a write in production asks for the database's tag; what hangs is ended at the server; two environments are compared.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { after, before } from "node:test";
import { Canaries } from "../canary/search.mjs";
import { Desktop, steps } from "./desktop.mjs";
import { KEYS } from "./webdriver.mjs";

const ENGINES = [
  {
    tag: "orders",
    type: "postgresql",
    make: "CREATE TABLE items (id int PRIMARY KEY, name text NOT NULL)",
    add: "INSERT INTO items VALUES ({{id:INTEGER}}, '{{name}}')",
    find: "SELECT id, name FROM items WHERE name = '{{name:STRING:2:40}}' ORDER BY id",
    sent: /name = \$1/,
    sleep: "SELECT pg_sleep({{seconds:INTEGER}})",
    running: "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT pg_sleep%'",
    list: "SELECT id, name FROM items ORDER BY id",
    key: "id",
  },
  {
    tag: "users",
    type: "mysql",
    make: "CREATE TABLE items (id int PRIMARY KEY, name varchar(200) NOT NULL)",
    add: "INSERT INTO items VALUES ({{id:INTEGER}}, '{{name}}')",
    find: "SELECT id, name FROM items WHERE name = '{{name:STRING:2:40}}' ORDER BY id",
    sent: /name = \?/,
    sleep: "SELECT SLEEP({{seconds:INTEGER}})",
    running: "SELECT count(*) FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP%'",
    list: "SELECT id, name FROM items ORDER BY id",
    key: "id",
  },
  {
    tag: "events",
    type: "mongodb",
    add: { insertOne: { id: "{{id:INTEGER}}", name: "{{name}}" } },
    find: '{"find": {"filter": {"name": "{{name:STRING:2:40}}"}, "sort": {"id": 1}}}',
    sent: /"find": "items"/,
    list: '{"find": {"projection": {"_id": 0}, "sort": {"id": 1}}}',
    key: "id",
  },
];
// That of the server of the tests; it has a driver.
const PYTHON = resolve(import.meta.dirname, "../../.tools/venv/bin/python");

// A quote that a spliced template would end at, and what would come after it.
const NAME = "Robert'); DROP TABLE items; --";

let desktop;
let window;

const step = steps(() => desktop);

function action(database, record) {
  desktop.cli(["action", "create", `shop/${database}`, "-f", "-"], { input: JSON.stringify({ tableName: "items", ...record }) });
}

function ran(address, data, extra = []) {
  return JSON.parse(desktop.cli(["action", "run", `shop/${address}`, "--json", "--input", "-", ...extra], { input: JSON.stringify({ data }) }));
}

before(async () => {
  desktop = await Desktop.start({ size: "1280x900" });
  desktop.cli(["product", "create", "shop", "--name", "Shop"]);
  for (const slug of ["dev", "stg", "prd"]) desktop.cli(["env", "create", "shop", slug, "--name", slug]);
  for (const { tag, type, make, add, sleep, running } of ENGINES) {
    const envs = ["dev", "stg", "prd"].map((slug) => ({ slug, connection_url: desktop.servers[type].urls[slug] }));
    desktop.cli(["db", "create", "shop", "-f", "-"], { input: JSON.stringify({ name: tag, tag, type, envs }) });
    action(tag, { name: "Add", tag: "add", type: "create", template: add });
    if (make) action(tag, { name: "Make", tag: "make", type: "create", template: make });
    if (sleep) {
      action(tag, { name: "Sleep", tag: "sleep", type: "read", template: sleep });
      action(tag, { name: "Running", tag: "running", type: "read", template: running });
    }
    for (const slug of ["dev", "stg", "prd"]) {
      const confirm = ["--yes", tag];
      if (make) ran(`${tag}:make@${slug}`, {}, confirm);
      ran(`${tag}:add@${slug}`, { id: 1, name: NAME }, confirm);
    }
    ran(`${tag}:add@stg`, { id: 2, name: NAME }, ["--yes", tag]);
    ran(`${tag}:add@dev`, { id: 9, name: "here" });
    ran(`${tag}:add@stg`, { id: 9, name: "there" }, ["--yes", tag]);
  }
  window = await desktop.open();
  // A key that is pressed before the window listens is lost.
  await window.byId("matrix", 60_000);
}, { timeout: 300_000 });

after(async () => {
  await window?.close().catch(() => undefined);
  await desktop?.stop();
});

const shown = (id) => window.text(id);
const until = (what, look, limit) => window.until(what, look, limit);
const row = () =>
  window.run("return document.getElementById(document.querySelector('[role=tree]')?.getAttribute('aria-activedescendant'))?.dataset.testid ?? null;");

// To the screen of actions, and by arrow keys to a line of its list.
async function toLine(name) {
  await window.chord(KEYS.control, "3");
  await window.byId("action-tree", 30_000);
  await window.goTo("action-tree");
  await window.keys(KEYS.home);
  for (let press = 0; press < 40; press += 1) {
    if ((await row()) === name) return;
    await window.keys(KEYS.down);
  }
  throw new Error(`${name} is not reached by arrow keys: ${await row()}`);
}

// The server holds a command back, or no longer does.
function hold(command, mode) {
  const script = `import json, sys, pymongo
told = json.load(sys.stdin)
pymongo.MongoClient(told["url"]).admin.command({"configureFailPoint": "failCommand", "mode": told["mode"],
    "data": {"failCommands": [told["command"]], "blockConnection": True, "blockTimeMS": 60000}})`;
  const input = JSON.stringify({ url: desktop.servers.mongodb.urls.dev, command, mode });
  const { status, stderr } = spawnSync(PYTHON, ["-c", script], { input, encoding: "utf8", timeout: 20_000 });
  assert.equal(status, 0, stderr);
}

async function run() {
  await window.chord(KEYS.control, KEYS.enter);
}

for (const { tag, find, sent } of ENGINES) {
  step(`${tag}: an action is written, validated, planned and run`, async () => {
    await toLine(`actions-of-${tag}`);
    await window.keys("n");
    await until("the name has the focus", async () => (await window.focused()) === "action-name");
    await window.keys("Find by name");
    await window.goTo("action-table");
    await window.keys("items");
    await window.goTo("action-template");
    desktop.copy(find);
    await window.chord(KEYS.control, "a");
    await window.chord(KEYS.control, "v");
    await until("its inputs are read", async () => (await window.exists("reads-name")) && (await window.exists("action-no-problems")));
    await window.chord(KEYS.control, "s");
    await window.byId("input-name");
    await window.goTo("input-name");
    await window.keys("R");
    await run();
    await until("the fault is at its input", async () => (await shown("action-detail")).includes("2 to 40 characters"));
    assert.ok(!(await window.exists("run-summary")), "nothing was sent");
    await window.goTo("input-name");
    await window.chord(KEYS.control, "a");
    await window.keys(NAME);
    await window.goTo("action-tab-run", KEYS.tab, KEYS.shift);
    await window.keys(KEYS.right);
    await until("the plan", async () => sent.test(await shown("plan")));
    assert.ok(!(await shown("plan-statement")).includes("DROP") || tag === "events", "the value is no part of the statement");
    await window.keys(KEYS.left);
    await run();
    await until("one row", async () => (await shown("run-outcome")).startsWith("1 row"), 20_000);
    await until("the row is in the grid", async () => (await shown("result-grid")).includes(NAME));
  });
}

step("a write in production asks for the tag of the database, and is refused for another", async () => {
  await toLine("action-orders-add");
  await window.keys(KEYS.enter);
  await window.byId("input-id");
  await window.goTo("run-in-dev", KEYS.tab, KEYS.shift);
  await window.keys(KEYS.right + KEYS.right);
  await until("production is chosen", async () => (await window.focused()) === "run-in-prd");
  await window.goTo("input-id");
  await window.keys("3");
  await window.goTo("input-name");
  await window.keys("typed");
  await run();
  await until("the tag is asked for", async () => (await window.focused()) === "confirm-tag");
  await window.keys(`users${KEYS.enter}`);
  assert.ok(await window.exists("confirm-run"), "another tag does not confirm");
  await window.chord(KEYS.control, "a");
  await window.keys(`orders${KEYS.enter}`);
  await until("it ran", async () => (await shown("run-outcome")).includes("1 row affected"), 20_000);
  // The environment stays from action to action: back to the harmless one.
  await window.goTo("run-in-prd", KEYS.tab, KEYS.shift);
  await window.keys(KEYS.left + KEYS.left);
  await until("development is chosen", async () => (await window.focused()) === "run-in-dev");
});

for (const { tag } of ENGINES.filter((engine) => engine.sleep)) {
  step(`${tag}: what hangs is ended at the server`, async () => {
    const running = () => Number(ran(`${tag}:running@dev`, {}).rows[0][0]);
    // The question is itself in the list of MariaDB.
    const idle = running();
    await toLine(`action-${tag}-sleep`);
    await window.keys(KEYS.enter);
    await window.byId("input-seconds");
    await window.goTo("input-seconds");
    await window.keys("60");
    await run();
    await until("it runs at the server", () => running() === idle + 1, 20_000);
    await window.keys(KEYS.escape);
    await until("it is cancelled", () => window.exists("run-cancelled"));
    await until("it has ended at the server", () => running() === idle);
  });
}

// The server of the tests has nothing that is slow of its own: it holds a command back, and the window must not wait for it.
step("events: what hangs on MongoDB is ended", async () => {
  await toLine("action-events-find-by-name");
  await window.keys(KEYS.enter);
  await until("the value is remembered", () => window.run("return document.querySelector('[data-testid=input-name]')?.value === arguments[0];", NAME));
  hold("find", "alwaysOn");
  try {
    await run();
    await until("it is under way", () => window.exists("run-progress"));
    const pressed = Date.now();
    await window.keys(KEYS.escape);
    await until("it is cancelled", () => window.exists("run-cancelled"));
    assert.ok(Date.now() - pressed < 10_000, "it waits for no answer");
  } finally {
    hold("find", "off");
  }
  await run();
  await until("what comes after it is answered", async () => (await shown("run-outcome")).startsWith("1 row"), 20_000);
});

// Of the two environments one has a row more, and one row has another name there.
for (const { tag, list, key } of ENGINES) {
  step(`${tag}: two environments are compared`, async () => {
    await toLine(`actions-of-${tag}`);
    await window.keys("n");
    await until("the name has the focus", async () => (await window.focused()) === "action-name");
    await window.keys("List");
    await window.goTo("action-table");
    await window.keys("items");
    await window.goTo("action-template");
    desktop.copy(list);
    await window.chord(KEYS.control, "a");
    await window.chord(KEYS.control, "v");
    await until("it is read", () => window.exists("action-no-problems"));
    await window.chord(KEYS.control, "s");
    await until("it is there", async () => (await shown("action-full-tag")) === `${tag}:list`);
    await window.goTo("action-tab-run", KEYS.tab, KEYS.shift);
    await window.keys(KEYS.right + KEYS.right);
    await until("the tab of comparisons", async () => (await window.focused()) === "action-tab-compare");
    await until("the environments", async () => (await shown("action-compare")).includes("dev") && (await shown("action-compare")).includes("stg"));
    // By the key that a person chooses: what MongoDB makes of itself differs in every environment.
    await until("key columns are offered", async () => (await window.exists("action-compare-keys")) || (await window.exists("action-compare-key")));
    if (await window.exists("action-compare-key")) {
      await window.goTo("action-compare-key");
      await window.keys(key);
    } else {
      await window.goTo(`action-compare-key-${key}`);
      await window.keys(KEYS.space);
    }
    await run();
    await until("they are compared", async () => (await window.attribute("action-compared", "data-phase")) === "done", 30_000);
    const told = await shown("action-compare-summary");
    assert.match(told, /1 different/);
    assert.match(told, /0 only in dev/);
    assert.match(told, /1 only in stg/);
    assert.match(told, new RegExp(`matched by ${key}`));
    await until("the rows are shown", async () => /here[\s\S]*there/.test(await shown("compare-grid")));
    // Its own kinds of rows, by the arrow keys of their filter.
    await window.goTo("compared-all");
    await window.keys(KEYS.right + KEYS.right + KEYS.right);
    await until("only what stg has", async () => !(await shown("compare-grid")).includes("there") && (await shown("compare-grid")).includes(NAME));
  });
}

step("no password is in any message to the page", async () => {
  const messages = (await window.messages()).join("\n");
  assert.ok(messages.includes("DROP TABLE"), "the recorder records results");
  new Canaries(Object.fromEntries(ENGINES.map(({ type }) => [type, desktop.servers[type].password]))).absent([["messages to the page", messages]]);
});
