// The connection editor in the real window, by keyboard alone, against real servers with a real clipboard and keyring:
// a line is pasted from a chat, repaired, tested and saved; edited while its password is hidden; compared with another
// environment; copied to two more. The steps build on each other.

import assert from "node:assert/strict";
import { after, before } from "node:test";
import { Canaries } from "../canary/search.mjs";
import { Desktop, steps } from "./desktop.mjs";
import { KEYS } from "./webdriver.mjs";

const DOTS = "••••••••";

let desktop;
let window;
let password;
let urls;

const step = steps(() => desktop);

before(async () => {
  desktop = await Desktop.start({ size: "1280x900" });
  ({ password, urls } = desktop.servers.postgresql);
  desktop.cli(["product", "create", "shop", "--name", "Shop"]);
  for (const [slug, name] of [["dev", "Development"], ["stg", "Staging"], ["prd", "Production"]]) {
    desktop.cli(["env", "create", "shop", slug, "--name", name]);
  }
  const record = { name: "Orders", tag: "orders", type: "postgresql", envs: [{ slug: "dev", connection_url: "postgresql://nobody@localhost/nothing" }] };
  desktop.cli(["db", "create", "shop", "-f", "-"], { input: JSON.stringify(record) });
  window = await desktop.open();
}, { timeout: 300_000 });

after(async () => {
  await window?.close().catch(() => undefined);
  await desktop?.stop();
});

const shown = (id = "url-string") => window.text(id);
const state = (cell) => window.attribute(cell, "data-state");
const masked = (url, mask = DOTS) => url.replace(encodeURIComponent(password), mask).replace(password, mask);
const activeCell = () =>
  window.run("return document.getElementById(document.querySelector('[role=grid]').getAttribute('aria-activedescendant'))?.dataset.testid ?? null;");

// From the matrix's first cell along its one row, by arrow keys.
async function goToCell(name) {
  await window.byId(name, 30_000);
  await window.goTo("matrix");
  await window.keys(KEYS.home + KEYS.right);
  for (let press = 0; press < 4; press += 1) {
    if ((await activeCell()) === name) return;
    await window.keys(KEYS.right);
  }
  throw new Error(`${name} is not reached by arrow keys: ${await activeCell()}`);
}

async function chooseInMenu(cell, item) {
  await goToCell(cell);
  await window.chord(KEYS.shift, KEYS.f10);
  await window.goTo(item, KEYS.down);
  await window.keys(KEYS.enter);
}

async function intoString(cell) {
  await goToCell(cell);
  await window.keys(KEYS.enter);
  await window.goTo("url-string");
}

// As high as its text: a flex column that is too full would squeeze it.
const stringIsWhole = () =>
  window.run("const text = document.querySelector('[data-testid=url-string]'); return text.closest('.cm-editor').parentElement.clientHeight >= text.scrollHeight;");

async function tested(cell) {
  await window.until(`${cell} connects`, async () => (await state(cell)) === "ok", 20_000);
}

step("a line from a chat is pasted as dots, its fault named, repaired and tested before it is saved", async () => {
  await intoString("cell-orders-dev");
  desktop.copy(`export DATABASE_URL="${urls.dev}"`);
  await window.chord(KEYS.control, "a");
  await window.chord(KEYS.control, "v");
  await window.until("the fault is told", async () => (await shown("url-notes")).includes("This is a line that sets a variable."));
  assert.equal(await shown(), masked(`export DATABASE_URL="${urls.dev}"`));
  await window.keys(KEYS.f8);
  await window.byId("url-problem");
  await window.chord(KEYS.control, ".");
  assert.equal(await shown("url-repair-preview"), masked(urls.dev, "***"));
  await window.keys(KEYS.enter);
  await window.until("it is repaired", async () => (await shown()) === masked(urls.dev));
  await window.goTo("test-draft");
  await window.keys(KEYS.enter);
  await window.until("what is typed connects", async () => (await shown("test-result")).includes("PostgreSQL"), 20_000);
  assert.ok(await stringIsWhole(), "the string is not cut by what stands under it");
  assert.equal(await window.attribute("save", "disabled"), null, "and is not saved yet");
});

step("undo takes the repair back and redo makes it, then it is saved", async () => {
  await window.goTo("url-string", KEYS.tab, KEYS.shift);
  await window.chord(KEYS.control, "z");
  await window.until("the paste is back", async () => (await shown()).startsWith("export "));
  await window.keys(`${KEYS.control}${KEYS.shift}z${KEYS.shift}${KEYS.control}`);
  await window.until("the repair is back", async () => (await shown()) === masked(urls.dev));
  await window.chord(KEYS.control, "s");
  await window.byId("undo-toast");
  assert.equal(JSON.parse(desktop.cli(["db", "show", "shop/orders", "--json", "--reveal"])).envs[0].connection_url, urls.dev);
});

step("what stands around the hidden password is edited, and the password still logs in", async () => {
  await window.keys(KEYS.end);
  await window.keys(`${urls.dev.includes("?") ? "&" : "?"}application_name=edited`);
  await window.until("the form follows", async () => (await shown()).endsWith("application_name=edited"));
  await window.chord(KEYS.control, "s");
  await window.until("it is saved", () => desktop.cli(["db", "show", "shop/orders", "--json"]).includes("application_name=edited"));
  await window.keys(KEYS.escape);
  await window.until("the matrix has the focus", async () => (await window.focused()) === "matrix");
  await window.keys("t");
  await tested("cell-orders-dev");
  assert.ok(!(await window.messages()).join("\n").includes(password), "no message to the page held the password");
});

step("the connection is copied to two environments, with a replacement in each, seen before", async () => {
  await chooseInMenu("cell-orders-dev", "menu-copy-to");
  await window.byId("copy-dialog");
  // The first target has the focus after the dialog itself.
  for (const slug of ["stg", "prd"]) {
    await window.goTo(`copy-to-${slug}`);
    await window.keys(KEYS.space);
    await window.byId(`copy-after-${slug}`);
    assert.equal(await window.run("return document.querySelector(`[data-testid='copy-find-${arguments[0]}']`).value;", slug), "dev");
  }
  await window.goTo("copy-secrets");
  await window.keys(KEYS.space);
  for (const slug of ["stg", "prd"]) {
    await window.until(`the preview of ${slug}`, async () => (await shown(`copy-after-${slug}`)).includes(`/shop_${slug}`));
  }
  assert.match(await shown("copy-note"), /prd is production/);
  await window.goTo("copy-apply");
  await window.keys(KEYS.enter);
  await window.gone("copy-dialog");
  for (const slug of ["stg", "prd"]) {
    await goToCell(`cell-orders-${slug}`);
    await window.keys("t");
    await tested(`cell-orders-${slug}`);
  }
  const { envs } = JSON.parse(desktop.cli(["db", "show", "shop/orders", "--json", "--reveal"]));
  for (const { slug, connection_url: url } of envs) assert.equal(url.split("?")[0], urls[slug].split("?")[0]);
});

step("two environments are compared by part, their passwords only as same or different", async () => {
  await chooseInMenu("cell-orders-dev", "menu-compare");
  await window.byId("compare-table");
  const row = (part) => window.run("return document.querySelector(`[data-testid=compare-table] [data-part=${arguments[0]}]`)?.innerText ?? '';", part);
  assert.match(await row("database"), /shop_dev\s+shop_(stg|prd)\s+Different/);
  assert.match(await row("password"), /hidden\s+hidden\s+Same/);
  assert.match(await row("host"), /Same/);
  await window.keys(KEYS.escape);
  await window.until("the matrix has the focus", async () => (await window.focused()) === "matrix");
});

step("one undo takes the whole copy back", async () => {
  await window.chord(KEYS.control, "z");
  for (const slug of ["stg", "prd"]) await window.until(`${slug} is empty`, async () => (await state(`cell-orders-${slug}`)) === "unconfigured");
  await tested("cell-orders-dev");
});

step("it is copied in other forms, the password left out unless asked for", async () => {
  await chooseInMenu("cell-orders-dev", "menu-copy-as");
  await window.until("the text", async () => (await shown("copy-as-text")).startsWith("postgresql://"));
  await window.goTo("copy-as");
  await window.keys(KEYS.enter);
  await window.byId("toast");
  await window.until("the clipboard", () => desktop.copied().startsWith("postgresql://"));
  assert.ok(!desktop.copied().includes(password) && desktop.copied().includes("***"));
});

step("what was pasted, edited and compared left no password in any message to the page", async () => {
  const messages = (await window.messages()).join("\n");
  new Canaries({ password }).absent([["messages to the page", messages]]);
});
