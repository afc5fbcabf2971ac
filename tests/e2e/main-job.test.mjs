// The main job, in the real window, against real servers, with a real Secret Service: a person registers the databases
// of a product, tests them, comes back another day, renames one, and deletes it. The steps build on each other.

import assert from "node:assert/strict";
import { after, before } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { answer } from "../canary/page.mjs";
import { Canaries, filesUnder } from "../canary/search.mjs";
import { atMost } from "../limits.mjs";
import { Desktop, steps } from "./desktop.mjs";

const ENVIRONMENTS = ["dev", "stg", "prd"];
const DATABASES = [
  { type: "postgresql", tag: "orders", name: "Orders" },
  { type: "mysql", tag: "users", name: "Users" },
  { type: "mongodb", tag: "events", name: "Events" },
];
const cells = DATABASES.flatMap(({ tag }) => ENVIRONMENTS.map((slug) => `cell-${tag}-${slug}`));

let desktop;
let window;
// Every message that Rust sent to a page, over all sessions.
const messages = [];

before(async () => {
  desktop = await Desktop.start();
  window = await desktop.open();
}, { timeout: 300_000 });

after(async () => {
  await window?.close().catch(() => undefined);
  await desktop?.stop();
});

const step = steps(() => desktop);

async function allGreen() {
  await window.until(
    "every cell is green",
    async () => {
      const states = await window.run(
        "return [...document.querySelectorAll('[data-testid^=\"cell-\"]')].map((cell) => cell.dataset.testid + ' ' + cell.dataset.state);",
      );
      if (states.length === cells.length && states.every((state) => state.endsWith(" ok"))) return true;
      throw new Error(states.join(", "));
    },
    30_000,
  );
}

async function closeWindow() {
  messages.push(...(await window.messages()));
  await window.close();
}

step("the first start offers to make a product, with its three environments", async () => {
  await window.byId("first-run", 30_000);
  await window.click("way-create");
  await window.type("product-name", "Shop");
  await window.click("product-create");
  await window.byId("matrix-empty");
});

step("a database of each type, with a URL and password for each environment", async () => {
  for (const { type, name, tag } of DATABASES) {
    await window.click("database-create");
    await window.click(`database-type-${type}`);
    await window.type("database-name", name);
    for (const slug of ENVIRONMENTS) await window.type(`env-url-${slug}`, desktop.servers[type].urls[slug]);
    await window.click("save");
    await window.gone("database-form");
    await window.byId(`row-${tag}`);
  }
});

step("the matrix shows all nine", async () => {
  for (const cell of cells) await window.byId(cell);
  for (const cell of cells) {
    await window.until(`${cell} knows its credential`, async () => (await window.attribute(cell, "data-state")) === "untested");
  }
});

step("test all turns every cell green", async () => {
  await window.click("test-all");
  await allGreen();
});

step("the passwords are in the keyring", async () => {
  const found = await desktop.keyring();
  for (const { type } of DATABASES) {
    const { password } = desktop.servers[type];
    const times = found.split(password).length - 1;
    assert.equal(times, ENVIRONMENTS.length, `${type}: one entry for each environment`);
  }
});

step("a detail shows a masked URL", async () => {
  await window.click("cell-orders-dev");
  await window.byId("drawer");
  await window.click("tab-details");
  const details = await window.text("drawer");
  assert.match(details, /\*\*\*/);
  assert.ok(!details.includes(desktop.servers.postgresql.password));
  await window.click("drawer-close");
});

step("closed and opened again, all is still there and connects", async () => {
  await closeWindow();
  window = await desktop.open();
  for (const cell of cells) await window.byId(cell, 30_000);
  await window.click("test-all");
  await allGreen();
});

step("a renamed database still connects: its passwords belong to it, not to its name", async () => {
  await window.click("nav-databases");
  await window.click("database-orders");
  await window.click("database-edit");
  await window.type("database-name", "Purchases");
  await window.type("database-tag", "purchases");
  await window.click("save");
  await window.click("nav-matrix");
  await window.byId("row-purchases");
  await window.click("cell-purchases-prd");
  await window.click("tab-test");
  await window.click("test-cell");
  await window.until("connected", async () => (await window.attribute("cell-purchases-prd", "data-state")) === "ok", 15_000);
  await window.click("drawer-close");
  // And through the other face.
  const lines = desktop.cli(["test", "shop/purchases", "--json"]).trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(lines.map((line) => line.connected), [true, true, true]);
});

step("a change made by the command appears in the open window within a second", async () => {
  desktop.cli(["product", "update", "shop", "--name", "Shop of shops"]);
  const done = Date.now();
  await window.until("the new name", async () => (await window.text("product-switcher")).includes("Shop of shops"));
  const took = Date.now() - done;
  assert.ok(took < atMost(1_000), `it took ${took} ms`);
});

step("a deleted database is gone, and undo brings it back with its passwords", async () => {
  await window.click("nav-databases");
  await window.click("database-purchases");
  await window.click("database-delete");
  await window.gone("database-purchases");
  // The newest message: that of the renaming, with an undo of its own, may still be there.
  await window.click('[data-testid="undo-toast"]:last-of-type [data-testid="undo"]');
  await window.byId("database-purchases");
  await window.click("nav-matrix");
  await window.click("test-all");
  await window.until("connected again", async () => (await window.attribute("cell-purchases-dev", "data-state")) === "ok", 20_000);
});

step("deleted for good, the others stay", async () => {
  await window.click("nav-databases");
  await window.click("database-purchases");
  await window.click("database-delete");
  await window.gone("database-purchases");
  const left = JSON.parse(desktop.cli(["db", "list", "shop", "--json"]));
  assert.deepEqual(left.map((database) => database.tag).sort(), ["events", "users"]);
});

step("a second start for the same folder ends, and leaves the window to the first", async () => {
  const { spawnSync } = await import("node:child_process");
  const { join, resolve } = await import("node:path");
  const program = join(resolve(import.meta.dirname, "../..", process.env.CARGO_TARGET_DIR ?? "target"), "debug/tapedeck-desktop");
  const second = spawnSync(program, ["--data-dir", desktop.dataDir()], { env: desktop.env, encoding: "utf8", timeout: 20_000 });
  assert.equal(second.status, 0, second.stderr);
  assert.match(second.stderr, /open already/);
});

step("the page runs under the policy that a person's window has", async () => {
  // Asked of the page itself: an inline script, an inline style and a fetch of elsewhere.
  const broken = await window.run(`
    const broken = [];
    document.addEventListener("securitypolicyviolation", (event) => broken.push(event.effectiveDirective));
    const script = document.createElement("script");
    script.textContent = "window.__INLINE_RAN__ = true";
    document.head.append(script);
    const style = document.createElement("style");
    style.textContent = "body { --from-inline-style: 1 }";
    document.head.append(style);
    window.__BROKEN__ = broken;
    fetch("https://example.invalid/").catch(() => undefined);
    return [window.__INLINE_RAN__ === true, getComputedStyle(document.body).getPropertyValue("--from-inline-style")];
  `);
  assert.deepEqual(broken, [false, ""]);
  await window.until("the violations", async () => (await window.run("return window.__BROKEN__")).length >= 3);
  assert.equal(await window.run("return typeof window.__TAURI__"), "undefined");
});

step("no password is in the data folder, the logs, the terminal or any message to the page", async () => {
  messages.push(...(await window.messages()));
  // Storage and logs are flushed when the window closes.
  await window.close();
  window = undefined;
  await sleep(500);
  assert.ok(messages.length > 50, `the recorder recorded ${messages.length} messages`);
  const files = [...filesUnder(desktop.dataDir()), ...filesUnder(desktop.env.HOME)];
  assert.ok(files.some(([path]) => path.includes("tapedeck.log")), "there is a log to look in");
  passwords(DATABASES).absent([["messages to the page", messages.join("\n")], ["the terminal", desktop.terminal()], ...files]);
});

step("a reveal that is confirmed in the system's own dialog shows the real URL of one cell", async () => {
  window = await desktop.open();
  await window.click("cell-users-dev");
  await window.click("tab-connection");
  await window.click("reveal");
  await desktop.answerDialog("Show the secrets", "no");
  const { password } = desktop.servers.mysql;
  assert.ok(!(await window.text("url-string")).includes(password), "refused");
  await window.click("reveal");
  await desktop.answerDialog("Show the secrets", "yes");
  await window.until("the password", async () => (await window.text("url-string")).includes(password));
  const received = (await window.messages()).join("\n");
  assert.ok(received.includes(password), "the recorder records answers");
  passwords(DATABASES.filter(({ type }) => type !== "mysql")).absent([["messages to the page", received]]);
  const activity = JSON.stringify(await answer(window, "activity_list", { before: null, limit: 5 }));
  assert.match(activity, /"verb":"reveal"/);
});

/** Those of the servers of some databases. */
function passwords(databases) {
  return new Canaries(Object.fromEntries(databases.map(({ type }) => [type, desktop.servers[type].password])));
}
