// A page that has been taken over: a script in the real window calls each command directly, with arguments made from the
// commands' own signatures and then spoiled. Each call is answered, by an error or by something harmless; nothing panics;
// no file outside of the data folder is read or written; no stored secret comes back, since nobody says yes to a reveal.
// TAPEDECK_SOAK=1 makes fifty times as many.

import assert from "node:assert/strict";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { after, before } from "node:test";
import { answer, matrixOf } from "../canary/page.mjs";
import { Arguments, commandMap, generator } from "../canary/hostile.mjs";
import { Canaries } from "../canary/search.mjs";
import { Desktop, steps } from "./desktop.mjs";

const SOAK = process.env.TAPEDECK_SOAK === "1";
const SEED = Number(process.env.TAPEDECK_SEED ?? 20_261);
const CASES = SOAK ? 500 : 10;
const HUGE = SOAK ? [1, 4, 16] : [1, 4];
// What a file holds that the person did not choose.
const FILE = "f1le-that-nobody-chose-4711";
// These show the system's own dialogs, or a window of their own: a page that calls them gets nothing before a person chose.
const WITH_DIALOG = new Set(["export_save", "import_open", "file_choose", "migration_import_open", "migration_export"]);
const unreadable = ({ args }) => Object.fromEntries(args.map(({ name }) => [name, { not: "of this type" }]));

let desktop;
let window;
let secrets;
let listener;
let connections = 0;
let known;

const step = steps(() => desktop);
const commands = commandMap();

before(async () => {
  desktop = await Desktop.start();
  const cli = (args, value) => desktop.cli(args, { input: value && JSON.stringify(value) });
  cli(["product", "create", "shop", "--name", "Shop"]);
  for (const slug of ["dev", "prd"]) cli(["env", "create", "shop", slug, "--name", slug]);
  // Nobody listens there, and nothing is to be reached: what is asked for is that the secrets stay where they are.
  const url = (type) => `${type}://app:s3cret-${type}-c4n4ry@127.0.0.1:1/shop`;
  for (const type of ["postgresql", "mysql", "mongodb"]) cli(["db", "create", "shop", "-f", "-"], { name: type, tag: type, type, envs: [{ slug: "dev", connection_url: url(type) }] });
  desktop.cli(["secret", "set", "NAMED"], { input: "n4med-s3cret-c4n4ry" });
  secrets = new Canaries({ postgresql: "s3cret-postgresql-c4n4ry", mysql: "s3cret-mysql-c4n4ry", mongodb: "s3cret-mongodb-c4n4ry", named: "n4med-s3cret-c4n4ry", file: FILE });
  const outside = join(desktop.folder, "outside");
  mkdirSync(outside);
  for (const name of ["file", "import.json", "key.pem"]) writeFileSync(join(outside, name), FILE);
  listener = createServer((socket) => {
    connections += 1;
    socket.destroy();
  }).listen(0, "127.0.0.1");
  await new Promise((ready) => listener.once("listening", ready));
  window = await desktop.open();
  await window.byId("matrix", 60_000);
  const [product] = await answer(window, "product_list");
  const matrix = await matrixOf(window, product.id);
  const { settings } = await answer(window, "app_bootstrap");
  await answer(window, "settings_update", { settings: { ...settings, test_timeout_seconds: 1 } });
  const page = `http://127.0.0.1:${listener.address().port}/`;
  known = [
    product.id, ...matrix.environments.map(({ id }) => id), ...matrix.databases.flatMap(({ id, envs }) => [id, ...envs.map((config) => config.id)]),
    page, join(outside, "file"), `file://${join(outside, "file")}`, `../../outside/import.json`,
    `postgresql://app@127.0.0.1:1/x?sslrootcert=${join(outside, "key.pem")}&sslkey=${join(outside, "key.pem")}&passfile=${join(outside, "file")}`,
    `mongodb://127.0.0.1:1/?tlsCAFile=${join(outside, "key.pem")}`,
  ];
}, { timeout: 300_000 });

after(async () => {
  listener?.close();
  await window?.close().catch(() => undefined);
  await desktop?.stop();
});

/** Calls many at once in the page; what became of each, without the answers themselves. */
function callAll(calls) {
  return window.runAsync(
    `const [calls, sizes, done] = arguments;
     const internals = window.__TAURI_INTERNALS__;
     const deep = (depth) => { let value = null; for (let at = 0; at < depth; at += 1) value = [value]; return value; };
     let turn = 0;
     const fill = (value) => {
       if (value === "__DEEP__") return deep(2000);
       if (value === "__HUGE__") return "x".repeat(sizes[(turn += 1) % sizes.length] * 1024 * 1024);
       if (Array.isArray(value)) return value.map(fill);
       if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, key === "events" && field === "channel" ? "__CHANNEL__:" + internals.transformCallback(() => undefined) : fill(field)]));
       return value;
     };
     const told = (error) => (typeof error === "string" ? { text: error.slice(0, 300) } : { code: error?.code, message: typeof error?.message, retryable: typeof error?.retryable, whole: JSON.stringify(error)?.length });
     Promise.all(calls.map(([command, args]) => {
       const waited = new Promise((late) => setTimeout(() => late({ command, late: true }), 20_000));
       const called = internals.invoke(command, fill(args)).then((answer) => ({ command, answered: true }), (error) => ({ command, error: told(error) }));
       return Promise.race([called, waited]);
     })).then(done);`,
    calls,
    HUGE,
  );
}

/** A command refuses by a coded error; Tauri itself refuses arguments that can't be read, by a text. */
function isRefusal({ text, code, message, retryable }) {
  if (text !== undefined) return /invalid args|invalid channel value|missing required key|recursion limit/.test(text);
  return typeof code === "string" && /^[a-z_]+$/.test(code) && message === "string" && retryable === "boolean";
}

step("the map of the commands is whole", async () => {
  assert.ok(commands.length >= 79, `${commands.length} commands`);
  for (const name of ["url_reveal", "action_run", "migration_run", "secret_set"]) assert.ok(commands.some((command) => command.name === name), name);
  assert.ok(commands.filter(({ args }) => args.length > 0).length > 60, "with their arguments");
});

step("every command answers whatever a page sends, by an error or by something harmless", async () => {
  const random = generator(SEED);
  const make = new Arguments(random, known);
  const fates = { answered: 0, refused: 0 };
  for (let round = 0; round < CASES; round += 1) {
    const calls = commands
      // A step of its own asks for reveals, and a deletion is made final by one in the same way; the others take no arguments, and show a window or a dialog.
      .filter(({ name }) => !["url_reveal", "activity_purge", "window_new", "data_folder_open", "discover_folder"].includes(name))
      // What shows a dialog does so as soon as its arguments can be read, and nobody is here to close it.
      .map((command) => [command.name, WITH_DIALOG.has(command.name) ? unreadable(command) : make.of(command)]);
    for (const result of await callAll(calls)) {
      assert.ok(!result.late, `seed ${SEED}, round ${round}: ${result.command} gives no answer`);
      if (result.answered) fates.answered += 1;
      else {
        assert.ok(isRefusal(result.error), `seed ${SEED}, round ${round}: ${result.command}: ${JSON.stringify(result.error)}`);
        fates.refused += 1;
      }
    }
  }
  // A generator that is refused everywhere, or nowhere, tries nothing.
  assert.ok(fates.refused > CASES * 30 && fates.answered > CASES * 3, JSON.stringify(fates));
  assert.equal((await answer(window, "app_bootstrap")).platform, "linux", "the window lives");
  assert.ok(!desktop.terminal().includes("A fault of Tapedeck's own"), desktop.terminal().match(/A fault of Tapedeck's own.*/)?.[0]);
}, SOAK ? 3_600_000 : 120_000);

step("a reveal asks the person each time; without a yes no secret comes", async () => {
  // In one go: one question is shown, and who asks while it is open is refused.
  const asked = callAll(known.map((configId) => ["url_reveal", { configId }]));
  await desktop.answerDialog("Show the secrets", "no");
  const codes = (await asked).map(({ error }) => error?.code);
  for (const code of codes) assert.ok(["cancelled", "refused", "not_found"].includes(code), `${codes}`);
  assert.ok(codes.includes("cancelled") && codes.includes("refused"), `${codes}`);
});

step("no stored secret and no file that nobody chose is in any message to the page", async () => {
  const messages = (await window.messages()).join("\n");
  assert.ok(messages.length > 100_000, `${messages.length} bytes came to the page`);
  secrets.absent([["the messages", messages]]);
  // Control: a message with one is found.
  assert.notDeepEqual(secrets.in(`${messages}${FILE}`), []);
});

step("nothing is written outside of the data folder, and no address of the page's choice was called", async () => {
  const top = readdirSync(desktop.folder).sort();
  assert.deepEqual(top.filter((name) => !["data", "home", "outside"].includes(name)), []);
  assert.deepEqual(readdirSync(join(desktop.folder, "outside")).sort(), ["file", "import.json", "key.pem"]);
  const homes = readdirSync(desktop.env.HOME, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map(({ name }) => name);
  assert.deepEqual(homes.filter((name) => !/^(gst|registry|fontconfig|CACHEDIR|.*cache|.*\.bin|user-dirs)/i.test(name)), []);
  assert.equal(connections, 0);
  const gone = await window.run("return [location.href, window.length, document.querySelectorAll('iframe').length];");
  assert.deepEqual(gone.slice(1), [0, 0]);
  assert.match(gone[0], /^tauri:\/\/localhost(\/|$)/);
});
