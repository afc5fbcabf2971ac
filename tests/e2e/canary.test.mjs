// Canaries: every use case is run through the window and the command with passwords that no other run has; then they are
// looked for in every place that a secret could get to. For each place a control plants one, and the same search must find
// it there. Only what a person asked for may show one.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, before } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { documentText, answer, invoke, matrixOf, storageText } from "../canary/page.mjs";
import { descendants, ProcessWatch } from "../canary/processes.mjs";
import { Canaries, filesUnder } from "../canary/search.mjs";
import { forms } from "../canary/forms.mjs";
import { Desktop, steps } from "./desktop.mjs";
import { useCases } from "./canary-story.mjs";

const root = resolve(import.meta.dirname, "../..");
// Where the driver of MongoDB is that makes the account there.
const PYTHON = join(root, ".tools/venv/bin/python");

// With what has to be encoded in a URL, so that no two forms are the same.
const secret = (name) => `c4n4ry ${name}/${randomBytes(9).toString("hex")}+@:?%é`;
const SECRETS = Object.fromEntries(
  ["postgresql", "mysql", "mongodb", "wrong", "named", "rotated", "typed", "input", "passphrase", "window passphrase"].map((name) => [name, secret(name)]),
);
const CONTROL = "c4n4ry-c0ntr0l/+ü?";
const canaries = new Canaries(SECRETS);
const control = new Canaries({ control: CONTROL });

let desktop;
let window;
let processes;
// What the panics printed, and each message to a page, over all sessions.
const messages = [];
const pages = [];
const exported = [];

// Without the story there is nothing to look for.
let told = false;
const step = (name, body, limit) =>
  steps(() => desktop)(
    name,
    () => {
      assert.ok(told || body === runStory, "the story ran to its end");
      return body();
    },
    limit,
  );

before(async () => {
  processes = ProcessWatch.start();
  desktop = await Desktop.start({ log: "trace" });
  desktop.env.TAPEDECK_TEST_READABLE = "1";
  makeAccounts();
  window = await desktop.open();
  await window.byId("first-run", 60_000);
}, { timeout: 300_000 });

after(async () => {
  // One that waits for an answer to a question of the system's does not close by itself.
  await Promise.race([window?.close().catch(() => undefined), sleep(5_000)]);
  await desktop?.stop();
  await processes?.stop();
});

/** The accounts whose passwords are the canaries, by way of a catalog that is not searched. */
function makeAccounts() {
  const dataDir = join(desktop.folder, "accounts");
  const cli = (args, value) => desktop.cli(args, { dataDir, input: JSON.stringify(value) });
  cli(["product", "create", "accounts", "--name", "Accounts"]);
  cli(["env", "create", "accounts", "dev", "--name", "dev"]);
  const sql = { postgresql: ["CREATE ROLE canary LOGIN SUPERUSER PASSWORD '$'"], mysql: ["CREATE USER 'canary'@'%' IDENTIFIED BY '$'", "GRANT ALL ON *.* TO 'canary'@'%'"] };
  for (const [type, statements] of Object.entries(sql)) {
    const value = { tag: type, name: type, type, envs: [{ slug: "dev", connection_url: desktop.servers[type].urls.dev }] };
    cli(["db", "create", "accounts", "-f", "-"], value);
    statements.forEach((statement, index) => {
      const template = statement.replace("$", SECRETS[type]);
      cli(["action", "create", `accounts/${type}`, "-f", "-"], { tag: `make${index}`, name: "Make", tableName: "users", type: "create", template });
      cli(["action", "run", `accounts/${type}:make${index}@dev`, "--input", "-"], { data: {} });
    });
  }
  const script = "import json, sys, pymongo\ntold = json.load(sys.stdin)\npymongo.MongoClient(told['url']).admin.command('createUser', 'canary', pwd=told['password'], roles=['root'])";
  const made = spawnSync(PYTHON, ["-c", script], { input: JSON.stringify({ url: desktop.servers.mongodb.urls.dev, password: SECRETS.mongodb }), encoding: "utf8", timeout: 30_000 });
  assert.equal(made.status, 0, made.stderr);
  desktop.printed.length = 0;
}

step("every use case runs, through the window and through the command", runStory, 300_000);

async function runStory() {
  const story = { desktop, window, secrets: SECRETS, exported, page: async () => pages.push(await documentText(window)) };
  const used = await useCases(story);
  const names = readFileSync(join(root, "src-tauri/src/command_names.rs"), "utf8").match(/"[a-z_]+"/g).map((name) => name.slice(1, -1));
  assert.deepEqual(names.filter((name) => !used.commands.has(name)), [], "commands of the window that the story leaves out");
  assert.deepEqual(verbs().filter((verb) => !used.verbs.has(verb)), [], "verbs of the command that the story leaves out");
  told = true;
}

/** Every verb of the command, as its own help lists them. */
function verbs(path = []) {
  const { stdout } = desktop.tryCli([...path, "--help"]);
  const listed = stdout.split(/^Commands:$/m)[1]?.split(/^\S/m)[0].match(/^ {2}[a-z][a-z-]*/gm) ?? [];
  const names = listed.map((name) => name.trim()).filter((name) => name !== "help");
  return names.length === 0 ? [path.join(" ")] : names.flatMap((name) => verbs([...path, name]));
}

step("no canary is in the document or in the page's storages and caches", async () => {
  pages.push(await documentText(window));
  canaries.absent(pages.map((text, index) => [`the document, look ${index}`, text]));
  canaries.absent([["the storages", `storages: ${await storageText(window)}`]]);
});

step("control: one in the document, a field and each storage is found", async () => {
  await window.run("document.body.dataset.planted = arguments[0];", CONTROL);
  assert.notDeepEqual(control.in(await documentText(window)), []);
  await window.run("delete document.body.dataset.planted; const field = document.createElement('input'); field.id = 'planted'; field.value = arguments[0]; document.body.append(field);", CONTROL);
  assert.notDeepEqual(control.in(await documentText(window)), []);
  await window.run("document.getElementById('planted').remove();");
  assert.deepEqual(control.in(await documentText(window)), []);
  const plants = {
    local: ["localStorage.setItem('planted', value)", "localStorage.removeItem('planted')"],
    session: ["sessionStorage.setItem('planted', value)", "sessionStorage.removeItem('planted')"],
    database:  [
      "await new Promise((done, failed) => { const open = indexedDB.open('planted', 1); open.onupgradeneeded = () => open.result.createObjectStore('planted', { autoIncrement: true }).add(value); open.onsuccess = () => { open.result.close(); done(); }; open.onerror = () => failed(open.error); })",
      "await new Promise((done) => { indexedDB.deleteDatabase('planted').onsuccess = done; })",
    ],
  };
  for (const [storage, [plant, remove]] of Object.entries(plants)) {
    const run = (script) => window.runAsync(`const [value, done] = arguments; (async () => { ${script}; })().then(() => done(true), (error) => done(String(error)));`, CONTROL);
    assert.equal(await run(plant), true);
    assert.notDeepEqual(control.in(await storageText(window)), [], storage);
    assert.equal(await run(remove), true);
  }
  assert.deepEqual(control.in(await storageText(window)), []);
});

step("no canary is in any message to the page, while the window is open in the files, or in a reveal that was refused", async () => {
  messages.push(...(await window.messages()));
  assert.ok(messages.length > 100, `the recorder recorded ${messages.length} messages`);
  canaries.absent([["the messages to the page", messages.join("\n")]]);
  const files = [...filesUnder(desktop.dataDir())];
  assert.ok(files.some(([path]) => path.endsWith("-wal")), "the write-ahead log is among the files");
  canaries.absent(files);
  const { envs: [cell] } = (await story()).databases[0];
  const asked = invoke(window, "url_reveal", { configId: cell.id });
  await desktop.answerDialog("Show the secrets", "no");
  assert.equal((await asked).error.code, "cancelled");
  canaries.absent([["the messages after a refused reveal", (await window.messages()).join("\n")]]);
});

/** What the window's matrix shows. */
async function story() {
  const [product] = (await answer(window, "product_list")).filter(({ tag }) => tag === "shop");
  return matrixOf(window, product.id);
}

step("control: a message with one is recorded and found; only a reveal that was allowed brings one", async () => {
  await answer(window, "product_create", { input: { tag: "planted", name: CONTROL } });
  assert.notDeepEqual(control.in((await window.messages()).join("\n")), []);
  const [database] = (await story()).databases.filter(({ tag }) => tag === "mysql");
  const asked = invoke(window, "url_reveal", { configId: database.envs[0].id });
  await desktop.answerDialog("Show the secrets", "yes");
  const { answer: shown, error } = await asked;
  assert.ok(shown?.connection_url.includes(encodeURIComponent(SECRETS.mysql)), JSON.stringify(error));
  const found = canaries.in((await window.messages()).join("\n"));
  assert.ok(found.length > 0 && found.every((name) => name.startsWith("mysql ")), `${found}`);
  // A plant in the log, by a line of the window's own: the scheme of where a page wanted to go.
  await window.run("location.href = 'c4n4ry-c0ntr0l:x';");
});

step("a copied secret is on the clipboard, and is not after its time", async () => {
  const { settings } = await answer(window, "app_bootstrap");
  await answer(window, "settings_update", { settings: { ...settings, clipboard_seconds: 5 } });
  const [database] = (await story()).databases.filter(({ tag }) => tag === "postgresql");
  await answer(window, "url_copy", { configId: database.envs[0].id, masked: false });
  const clipboards = () => ["clipboard", "primary", "secondary"].map((selection) => desktop.copied(selection));
  assert.notDeepEqual(canaries.in(clipboards().join("\n")), [], "this is the control too: it is seen while it is there");
  await window.until("it is taken off", () => canaries.in(clipboards().join("\n")).length === 0, 15_000);
});

step("no process leaves a core dump", async () => {
  const running = [...descendants(process.pid)].filter(({ program }) => program.startsWith("tapedeck-deskto") || program.startsWith("WebKit"));
  const ours = running.filter(({ program }) => !program.startsWith("WebKitWebDriv"));
  assert.ok(ours.length >= 3, `the window and its web processes: ${ours.map(({ program }) => program)}`);
  for (const { pid, program } of ours) assert.match(readFileSync(`/proc/${pid}/limits`, "utf8"), /^Max core file size +0 +0 /m, program);
  const printed = desktop.cli(["exec", "shop@dev", "--", "cat", "/proc/self/limits"]);
  assert.match(printed, /^Max core file size +0 +0 /m, "what the command starts inherits it");
  // Control: without the limit the same look says so.
  assert.doesNotMatch(spawnSync("sh", ["-c", "ulimit -S -c 4096 2>/dev/null || true; cat /proc/self/limits"], { encoding: "utf8" }).stdout, /^Max core file size +0 +0 /m);
});

step("a panic tells where it was and not what it held", async () => {
  const { status, stderr } = desktop.tryCli(["test", "shop/postgresql@dev"], { env: { TAPEDECK_TEST_PANIC: "1", RUST_BACKTRACE: "full" } });
  assert.notEqual(status, 0);
  assert.match(stderr, /A fault of Tapedeck's own at crates\/workbench\/src\/process\.rs:\d+/);
  canaries.absent([["what the panic printed", stderr]]);
  // Control: the text that it did not print has the password in it, and the search would have found that.
  assert.notDeepEqual(canaries.in(`a test asked for this: postgresql://canary:${encodeURIComponent(SECRETS.postgresql)}@localhost`), []);
});

step("no canary is in the data folder, the logs, the terminal, or anything that the command printed", async () => {
  await window.close();
  window = undefined;
  // Storage and logs are flushed when the window closes.
  await sleep(500);
  const logs = [...filesUnder(desktop.dataDir("data"))].filter(([path]) => path.includes("tapedeck") && path.endsWith(".log"));
  assert.ok(logs.some(([, bytes]) => / TRACE | DEBUG /.test(bytes.toString())), "the log is at its highest level");
  canaries.absent([...filesUnder(desktop.dataDir()), ...filesUnder(desktop.env.HOME), ["the terminal", desktop.terminal()]]);
  const printed = desktop.printed.filter(({ args }) => !args.includes("--reveal"));
  assert.ok(printed.length > 60, `${printed.length} commands ran`);
  canaries.absent(printed.map(({ args, stdout, stderr }) => [`tapedeck ${args.join(" ")}`, `printed: ${stdout}${stderr}`]));
});

step("control: each of these is looked in", async () => {
  assert.ok(desktop.terminal().includes("c4n4ry-c0ntr0l"), "the terminal");
  assert.ok([...filesUnder(desktop.dataDir())].some(([path, bytes]) => path.endsWith(".log") && bytes.includes("c4n4ry-c0ntr0l")), "the log");
  assert.ok([...filesUnder(desktop.dataDir())].some(([path, bytes]) => path.includes("catalog") && control.in(bytes).length > 0), "the catalog");
  assert.notDeepEqual(control.in(desktop.tryCli(["url", "redact"], { input: `so ${CONTROL} is printed` }).stdout), [], "stdout");
  assert.notDeepEqual(control.in(desktop.tryCli(["product", "show", CONTROL]).stderr), [], "stderr");
  const revealed = desktop.printed.filter(({ args }) => args.includes("--reveal"));
  assert.notDeepEqual(canaries.in(revealed.map(({ stdout }) => stdout).join("\n")), [], "an asked-for reveal shows one");
});

step("control: every form is found in a file, a write-ahead log and a page that SQLite has freed", async () => {
  const folder = join(desktop.folder, "planted");
  mkdirSync(folder);
  for (const { form, bytes } of forms(CONTROL)) {
    writeFileSync(join(folder, "file"), Buffer.concat([randomBytes(7), bytes, randomBytes(7)]));
    assert.throws(() => control.absent(filesUnder(folder)), /control/, form);
  }
  rmSync(join(folder, "file"));
  const sqlite = `import sqlite3, sys, shutil
base = sqlite3.connect(sys.argv[1]); base.execute("PRAGMA journal_mode = " + sys.argv[2]); base.execute("PRAGMA secure_delete = OFF")
base.execute("CREATE TABLE planted (value TEXT)"); base.execute("INSERT INTO planted VALUES (?)", (sys.stdin.read(),)); base.commit()
if sys.argv[2] == "DELETE": base.execute("DROP TABLE planted"); base.commit()
else: shutil.copy(sys.argv[1] + "-wal", sys.argv[1] + "-kept")`;
  for (const [mode, where] of [["WAL", "planted.db-kept"], ["DELETE", "planted.db"]]) {
    const made = spawnSync(PYTHON, ["-c", sqlite, join(folder, "planted.db"), mode], { input: CONTROL.repeat(400), encoding: "utf8" });
    assert.equal(made.status, 0, made.stderr);
    const found = [...filesUnder(folder)].filter(([, bytes]) => control.in(bytes).length > 0).map(([path]) => path);
    assert.ok(found.some((path) => path.endsWith(where)), `${mode}: ${found}`);
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
  }
});

step("no canary is in an exported file, and one that is there is found", async () => {
  assert.ok(exported.length >= 3, `${exported.length} exported`);
  canaries.absent(exported);
  desktop.cli(["product", "update", "shop", "--description", CONTROL]);
  assert.notDeepEqual(control.in(desktop.cli(["export", "shop"])), []);
});

step("no canary is in the arguments or the environment of any process, but of those that were asked to get one", async () => {
  const planted = spawn("/bin/sleep", ["1"], { env: { PLANTED: CONTROL } });
  const argued = spawn("/bin/sh", ["-c", "sleep 1; true", CONTROL], { env: {} });
  await sleep(500);
  const seen = await processes.seen();
  planted.kill();
  argued.kill();
  const programs = new Set(seen.map(({ program }) => program));
  for (const program of ["tapedeck", "tapedeck-deskto", "WebKitWebProces"]) assert.ok(programs.has(program), `${program}: ${[...programs]}`);
  // Control: both were seen.
  for (const place of ["cmdline", "environ"]) assert.ok(seen.some((process) => control.in(process[place]).length > 0), place);
  const places = [];
  for (const { pid, program, cmdline, environ } of seen) {
    const name = `process ${pid} ${program}`;
    places.push([`${name}: cmdline`, cmdline]);
    // `exec` and `connect` are asked to hand the password over in the environment.
    const asked = ["psql", "mysql", "mariadb", "mongosh"].includes(program) || cmdline.includes("asked-for-the-urls") || cmdline.includes("/proc/self/limits");
    if (!asked && environ.length > 0) places.push([`${name}: environ`, environ]);
  }
  canaries.absent(places);
});
