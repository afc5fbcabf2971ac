// The use cases that the search for canaries runs: each command of the window, and each verb of the command, at least once,
// on servers whose passwords are the canaries; many of them also with a wrong password, so that the errors of servers and
// of our own are heard.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answer, invoke, namedCells } from "../canary/page.mjs";

const TYPES = ["postgresql", "mysql", "mongodb"];
const NONE = { skip_order: false, accept_drift: false, accept_checksum: false };

/** Runs them all; answers which commands and verbs were used. */
export async function useCases(story) {
  const told = { ...story, commands: new Set(), verbs: new Set(), runs: 0 };
  told.call = (command, args) => (told.commands.add(command), answer(story.window, command, args));
  told.attempt = (command, args) => (told.commands.add(command), invoke(story.window, command, args));
  told.cli = (verb, args = [], options) => (told.verbs.add(verb), story.desktop.cli([...verb.split(" "), ...args], options));
  told.tryCli = (verb, args = [], options) => (told.verbs.add(verb), story.desktop.tryCli([...verb.split(" "), ...args], options));
  told.run = () => `run-${(told.runs += 1)}`;
  await registered(told);
  await connected(told);
  await edited(told);
  await acted(told);
  await migrated(told);
  await carried(told);
  await asked(told);
  await kept(told);
  await tidied(told);
  return told;
}

/** The server's own URL of an environment with the canary's account. */
function url({ desktop }, type, slug, password) {
  const real = new URL(desktop.servers[type].urls[slug]);
  return `${type}://canary:${encodeURIComponent(password)}@${real.host}${real.pathname}${real.search}`;
}

async function matrix({ call }) {
  const product = (await call("product_list")).find(({ tag }) => tag === "shop");
  return namedCells(await call("matrix_load", { productId: product.id }));
}

async function cell(told, tag, slug = "dev") {
  const { databases } = await matrix(told);
  const database = databases.find((each) => each.tag === tag);
  return { database, config: database.envs.find((config) => config.slug === slug) };
}

/** Products, environments and databases; the first with its password typed key by key, as a person does. */
async function registered(told) {
  const { window, secrets, call, cli, tryCli, page } = told;
  await call("app_bootstrap");
  await window.click("way-create");
  await window.type("product-name", "Shop");
  await window.click("product-create");
  await window.byId("matrix-empty");
  await window.click("database-create");
  await window.click("database-type-postgresql");
  await window.type("database-name", "postgresql");
  await window.type("env-url-dev", url(told, "postgresql", "dev", secrets.postgresql));
  await window.click("save");
  await window.gone("database-form");
  await window.byId("row-postgresql");
  await page();
  const { product } = await matrix(told);
  for (const type of ["mysql", "mongodb"]) {
    const envs = [{ slug: "dev", connection_url: url(told, type, "dev", secrets[type]) }];
    await call("database_create", { productId: product.id, input: { name: type, tag: type, type, envs } });
  }
  for (const type of TYPES) {
    const record = { name: `Wrong ${type}`, tag: `wrong-${type}`, type, envs: [{ slug: "dev", connection_url: url(told, type, "dev", secrets.wrong) }] };
    cli("db create", ["shop", "-f", "-"], { input: JSON.stringify(record) });
  }
  const update = { envs: ["stg", "prd"].map((slug) => ({ slug, connection_url: url(told, "postgresql", slug, secrets.postgresql) })) };
  cli("db update", ["shop/postgresql", "-f", "-"], { input: JSON.stringify(update) });
  cli("db list", ["shop"]);
  cli("db show", ["shop/postgresql", "--json"]);
  cli("db show", ["shop/postgresql", "--json", "--reveal"]);
  tryCli("db compare", ["shop/postgresql@dev", "stg"]);
  cli("db copy-url", ["shop/mysql@dev", "stg", "--with-secrets"]);
  cli("db unset", ["shop/mysql@stg"]);
  // Products and environments of their own, to change and delete.
  const made = await call("product_create", { input: { tag: "other", name: "Other" } });
  const { record } = await call("product_update", { id: made.record.id, patch: { description: "Of the canaries", revision: made.record.revision } });
  const env = await call("environment_create", { productId: record.id, input: { env_name: "Test", slug: "tst" } });
  await call("environment_update", { id: env.record.id, patch: { description: null, order: 0, env_name: "Tests", revision: env.record.revision } });
  await call("environment_reorder", { productId: record.id, ids: [env.record.id] });
  await call("environment_delete", { id: env.record.id });
  await call("activity_undo", { id: (await call("activity_list", { before: null, limit: 5 }))[0].id });
  await call("product_delete", { id: record.id });
  cli("product create", ["third", "--name", "Third"]);
  cli("product update", ["third", "--name", "The third"]);
  cli("product list", ["--json"]);
  cli("product show", ["shop", "--json"]);
  cli("env create", ["third", "qa", "--name", "QA"]);
  cli("env update", ["third", "qa", "--name", "Quality"]);
  cli("env list", ["third"]);
  cli("env delete", ["third", "qa"]);
  cli("product delete", ["third"]);
}

/** Connection tests: right, wrong, typed, cancelled; named secrets. */
async function connected(told) {
  const { window, secrets, call, attempt, cli, tryCli, page, run } = told;
  const { product } = await matrix(told);
  await window.click("nav-matrix");
  await window.click("test-all");
  for (const type of TYPES) {
    await window.until(`${type} connects`, async () => (await window.attribute(`cell-${type}-dev`, "data-state")) === "ok", 30_000);
    await window.until(`wrong ${type} does not`, async () => !/ok|untested|testing/.test(await window.attribute(`cell-wrong-${type}-dev`, "data-state")), 30_000);
  }
  await page();
  await call("test_start", { request: { run_id: run(), product_id: product.id }, events: "channel" });
  await attempt("test_cancel", { runId: "none", configId: null });
  await call("test_last", { configId: (await cell(told, "postgresql")).config.id });
  await call("credentials_check", { productId: product.id });
  for (const type of TYPES) {
    cli("test", [`shop/${type}@dev`, "--json"]);
    assert.notEqual(tryCli("test", [`shop/wrong-${type}@dev`, "--json"]).status, 0);
    const typed = url(told, type, "dev", "***").replace(encodeURIComponent("***"), "***");
    const config = { slug: "dev", connection_url: typed, secrets: { password: secrets.typed } };
    await attempt("test_draft", { request: { run_id: run(), product_id: product.id, type, config }, events: "channel" });
    const raw = { slug: "dev", connection_url: url(told, type, "dev", secrets.typed) };
    await attempt("test_draft", { request: { run_id: run(), product_id: product.id, type, config: raw }, events: "channel" });
  }
  await call("secret_set", { name: "NAMED", value: secrets.named });
  cli("secret set", ["ROTATED"], { input: secrets.named });
  cli("secret set", ["ROTATED"], { input: secrets.rotated });
  const referring = url(told, "postgresql", "dev", "x").replace(":x@", ":$Secret{ROTATED}@");
  const record = { name: "Named", tag: "named", type: "postgresql", envs: [{ slug: "dev", connection_url: referring }] };
  cli("db create", ["shop", "-f", "-"], { input: JSON.stringify(record) });
  assert.notEqual(tryCli("test", ["shop/named@dev"]).status, 0);
  await call("secret_list", { productId: null });
  cli("secret list", ["--json"]);
  cli("secret check", ["shop", "--json"]);
  cli("secret check", ["--orphans", "--dry-run"]);
  await call("secret_delete", { name: "NAMED" });
  cli("secret delete", ["ROTATED"]);
}

/** The connection editor and its tools. */
async function edited(told) {
  const { window, secrets, call, attempt, cli, tryCli, page } = told;
  for (const type of TYPES) {
    const typed = url(told, type, "dev", secrets.typed);
    // Also half typed, and with what no URL may have in it.
    for (const text of [typed, typed.slice(0, typed.indexOf("@")), typed.replace("@", ""), typed.replace(encodeURIComponent(secrets.typed), secrets.typed)]) {
      for (const databaseType of [type, null]) await call("url_inspect", { text, databaseType });
      await attempt("url_complete", { text, databaseType: type, offset: text.length });
      await attempt("url_edit", { text, databaseType: type, edit: { kind: "database", value: "other" } });
      await attempt("url_edit", { text, databaseType: type, edit: { kind: "hosts", hosts: [{ host: "db.example.com", port: "1", socket: null }] } });
    }
    const { database, config } = await cell(told, type);
    await call("url_compare", { databaseId: database.id, left: { slug: "dev" }, right: { slug: "dev", text: typed } });
    for (const formatId of ["jdbc", "env"]) {
      await attempt("url_format", { configId: config.id, text: null, formatId });
      await attempt("url_format", { configId: config.id, text: typed, formatId });
      await attempt("url_format_copy", { configId: config.id, formatId, withSecrets: true });
      tryCli("url convert", ["--to", formatId], { input: typed });
    }
    await call("url_copy", { configId: config.id, masked: true });
    cli("url parse", [], { input: typed });
    cli("url redact", [], { input: `the URL is ${typed}, it is said` });
    tryCli("url repair", [], { input: typed.replace("://", ":/") });
    tryCli("url parse", [], { input: typed.replace(encodeURIComponent(secrets.typed), secrets.typed) });
  }
  cli("url build", ["--type", "postgresql", "-f", "-"], { input: cli("url parse", [], { input: "postgresql://app@db.example.com/orders" }) });
  cli("url options", ["--type", "postgresql", "--search", "password"]);
  const { config } = await cell(told, "postgresql");
  const request = { config_id: config.id, parts: ["database"], targets: [{ slug: "stg", find: "dev", replace: "stg" }], with_secrets: true };
  await call("url_copy_preview", { request });
  const { database } = await cell(told, "postgresql");
  await call("url_copy_apply", { request, revision: database.revision });
  // In the drawer, with the real URL hidden behind its dots.
  await window.click("cell-postgresql-dev");
  await window.byId("drawer");
  await window.click("tab-connection");
  await window.byId("url-string");
  await page();
  await window.click("drawer-close");
}

const ACTIONS = {
  postgresql: {
    make: "CREATE TABLE people (id int PRIMARY KEY, password text UNIQUE)",
    warn: "CREATE FUNCTION warn(told text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'told: %', told; RETURN 'done'; END $$",
    add: "INSERT INTO people VALUES ({{id:INTEGER}}, '{{password}}')",
    said: "SELECT warn('{{password}}')",
    bad: "SELECT '{{password}}'::int",
  },
  mysql: {
    make: "CREATE TABLE people (id int PRIMARY KEY, password varchar(200) UNIQUE)",
    add: "INSERT INTO people VALUES ({{id:INTEGER}}, '{{password}}')",
    said: "SELECT CAST('{{password}}' AS SIGNED) FROM people LIMIT 0",
    bad: "UPDATE people SET id = '{{password}}' WHERE id = 1",
  },
  mongodb: {
    add: '{"insertOne": {"_id": "{{password}}", "id": "{{id:INTEGER}}"}}',
    said: '{"find": {"filter": {"password": "{{password}}"}}}',
    bad: '{"find": {"filter": {"$or": {"password": "{{password}}"}}}}',
  },
};

/** Actions whose inputs are secrets, run, failed and compared; wrong passwords. */
async function acted(told) {
  const { window, secrets, call, attempt, cli, tryCli, page, run } = told;
  const inputs = (template) => {
    const data = { ...(template.includes("{{id") ? { id: 1 } : {}), ...(template.includes("{{password") ? { password: secrets.input } : {}) };
    return JSON.stringify({ data });
  };
  for (const type of TYPES) {
    const { database } = await cell(told, type);
    const ids = {};
    for (const [tag, template] of Object.entries(ACTIONS[type])) {
      const input = { name: tag, tag, tableName: "people", type: /^said$/.test(tag) ? "read" : "create", template };
      const made = await attempt("action_create", { databaseId: database.id, input });
      if (made.answer) ids[tag] = made.answer.record.id;
    }
    assert.ok(ids.add, `${type}: the actions are there`);
    for (const [tag, id] of Object.entries(ids)) {
      const json = inputs(ACTIONS[type][tag]);
      await attempt("action_plan", { id, env: "dev", input: { json } });
      for (const format of ["sdk", "statement", "cli"]) await attempt("action_code", { id, env: "dev", input: { json }, format });
      // Twice: the second breaks the rule that one value stands once, and the server says which.
      for (let time = 0; time < 2; time += 1) {
        const request = { run_id: run(), action_id: id, env: "dev", input: { json }, retries: 0, confirm: type };
        await attempt("action_run", { request, events: "channel" });
        await attempt("action_more", { runId: request.run_id, limit: null, events: "channel" });
        await attempt("action_cancel", { runId: request.run_id });
      }
      const history = await call("action_history", { id });
      assert.ok(history.length > 0, `${type}:${tag} is remembered`);
      tryCli("action plan", [`shop/${type}:${tag}@dev`, "--input", "-"], { input: json });
      tryCli("action run", [`shop/${type}:${tag}@dev`, "--input", "-", "--json"], { input: json });
    }
    const json = inputs(ACTIONS[type].add);
    await attempt("action_compare", { request: { run_id: run(), action_id: ids.add, left: "dev", right: "stg", input: { json }, key: [] } });
    await attempt("action_compare_cancel", { runId: "none" });
    await call("action_check", { draft: { database_id: database.id, type: "create", template: ACTIONS[type].add, script: false, samples: [json] } });
    const fetched = await call("action_fetch", { id: ids.add });
    await call("action_update", { id: ids.add, patch: { data: [{ id: 2, password: secrets.input }], fingerprint: fetched.fingerprint } });
    const copy = await call("action_duplicate", { id: ids.add });
    await call("action_delete", { id: copy.record.id });
    const listed = await call("action_list", { databaseId: database.id });
    await call("action_order", { databaseId: database.id, ids: listed.map(({ id }) => id).reverse() });
    await attempt("schema_outline", { databaseId: database.id, env: "dev" });
    // With the wrong password.
    const wrong = await cell(told, `wrong-${type}`);
    const made = await call("action_create", { databaseId: wrong.database.id, input: { name: "Add", tag: "add", tableName: "people", type: "create", template: ACTIONS[type].add } });
    const refused = await attempt("action_run", { request: { run_id: run(), action_id: made.record.id, env: "dev", input: { json }, retries: 1, confirm: `wrong-${type}` }, events: "channel" });
    assert.ok(refused.error, `${type} refuses the wrong password`);
    await attempt("schema_outline", { databaseId: wrong.database.id, env: "dev" });
    assert.notEqual(tryCli("action run", [`shop/wrong-${type}:add@dev`, "--input", "-"], { input: json }).status, 0);
  }
  await window.chord("\uE009", "3");
  await window.byId("action-tree");
  await page();
  const record = { name: "Listed", tag: "listed", tableName: "people", type: "read", template: "SELECT 1" };
  cli("action create", ["shop/postgresql", "-f", "-"], { input: JSON.stringify(record) });
  cli("action update", ["shop/postgresql:listed", "-f", "-"], { input: JSON.stringify({ name: "Listing" }) });
  cli("action duplicate", ["shop/postgresql:listed"]);
  cli("action order", ["shop/postgresql", "listed"]);
  cli("action list", ["shop/postgresql"]);
  cli("action show", ["shop/postgresql:listed", "--json"]);
  cli("action inputs", ["shop/postgresql:add"]);
  cli("action delete", ["shop/postgresql:listed-copy"]);
}

const MIGRATIONS = {
  postgresql: { up: "CREATE TABLE returns (id bigint PRIMARY KEY);", down: "DROP TABLE returns;", fails: "SELECT * FROM nowhere;" },
  mysql: { up: "CREATE TABLE returns (id bigint PRIMARY KEY);", down: "DROP TABLE returns;", fails: "SELECT * FROM nowhere;" },
  mongodb: { up: '[{ "create": "returns" }]', down: '[{ "drop": "returns" }]', fails: '[{ "collMod": "nowhere" }]' },
};

/** Migrations, run, reverted, failed and repaired; wrong passwords. */
async function migrated(told) {
  const { desktop, window, call, attempt, cli, tryCli, page, run } = told;
  const { product } = await matrix(told);
  const texts = ({ up, down }) => ({ up, down, pre: "", post: "" });
  for (const type of TYPES) {
    const { up, down, fails } = MIGRATIONS[type];
    const { database, config } = await cell(told, type);
    const make = (tag, migration) => call("migration_create", { databaseId: database.id, input: { name: tag, tag, texts: texts(migration), no_transaction: false, waivers: [] } });
    const request = (deed, more = {}) => ({ run_id: run(), database_id: database.id, env: "dev", deed, dry_run: false, confirm: type, exceptions: NONE, ...more });
    const made = await make("returns", { up, down });
    await call("migration_check", { draft: { database_id: database.id, texts: texts({ up, down }), no_transaction: false, waivers: [] } });
    const fetched = await call("migration_fetch", { id: made.record.id });
    await call("migration_update", { id: made.record.id, patch: { description: "Returned goods", fingerprint: fetched.fingerprint } });
    await call("migration_plan", { request: request({ kind: "run" }) });
    const report = await call("migration_run", { request: request({ kind: "run" }), events: "channel" });
    assert.ok(report, `${type}: the migration ran`);
    const failing = await make("failing", { up: fails, down: "" });
    await attempt("migration_run", { request: request({ kind: "run" }), events: "channel" });
    await attempt("migration_run", { request: request({ kind: "repair", how: "mark_reverted" }), events: "channel" });
    await attempt("migration_delete", { id: failing.record.id });
    await attempt("migration_run", { request: request({ kind: "rollback" }), events: "channel" });
    await attempt("migration_run", { request: request({ kind: "baseline", at: "returns" }), events: "channel" });
    await attempt("migration_drift", { databaseId: database.id, env: "dev" });
    await attempt("migration_drift_accept", { databaseId: database.id, env: "dev", confirm: type });
    await attempt("migration_diff", { databaseId: database.id, left: "dev", right: "stg" });
    await attempt("migration_adopt", { databaseId: database.id, env: "dev", tag: "nowhere" });
    await call("migration_order", { databaseId: database.id, ids: (await call("migration_list", { databaseId: database.id })).map(({ id }) => id) }).catch(() => undefined);
    const batch = { run_id: run(), product_id: product.id, config_ids: [config.id], confirm: [type], exceptions: NONE };
    await attempt("migration_batch_plan", { request: batch });
    await attempt("migration_batch_run", { request: batch, events: "channel" });
    tryCli("migration status", [`shop/${type}`, "--json"]);
    tryCli("migration plan", [`shop/${type}@dev`]);
    for (const verb of ["run", "rollback", "baseline", "repair"]) {
      tryCli(`migration ${verb}`, [`shop/${type}@dev`, "--yes", type, ...(verb === "baseline" ? ["--at", "returns"] : [])]);
    }
    tryCli("migration promote", [`shop/${type}`, "dev", "stg", "--yes", type]);
    tryCli("migration adopt", [`shop/${type}@dev`, "nowhere"]);
    tryCli("migration diff", [`shop/${type}`, "dev", "stg"]);
    tryCli("migration drift", [`shop/${type}@dev`]);
    // With the wrong password.
    const wrong = await cell(told, `wrong-${type}`);
    await call("migration_create", { databaseId: wrong.database.id, input: { name: "Returns", tag: "returns", texts: texts({ up, down }), no_transaction: false, waivers: [] } });
    const refused = request({ kind: "run" }, { database_id: wrong.database.id, confirm: `wrong-${type}` });
    assert.ok((await attempt("migration_plan", { request: refused })).error, `${type} refuses the wrong password`);
    assert.ok((await attempt("migration_run", { request: { ...refused, run_id: run() }, events: "channel" })).error);
    await attempt("migration_drift", { databaseId: wrong.database.id, env: "dev" });
    assert.notEqual(tryCli("migration run", [`shop/wrong-${type}@dev`, "--json"]).status, 0);
    tryCli("migration status", [`shop/wrong-${type}`, "--drift"]);
  }
  await call("migration_status_start", { request: { run_id: run(), product_id: product.id, drift: true }, events: "channel" });
  await attempt("migration_cancel", { runId: "none" });
  await call("migration_matrix", { productId: product.id });
  const policy = await call("promotion_policy", { productId: product.id });
  await call("promotion_policy_set", { productId: product.id, policy });
  await window.chord("\uE009", "1");
  await window.byId("matrix");
  await page();
  const record = { name: "Later", tag: "later", value: { up: ["CREATE TABLE later (id int)"], down: ["DROP TABLE later"] } };
  cli("migration create", ["shop/postgresql", "-f", "-"], { input: JSON.stringify(record) });
  cli("migration new", ["shop/postgresql", "Next"]);
  cli("migration list", ["shop/postgresql"]);
  cli("migration show", ["shop/postgresql:later"]);
  cli("migration update", ["shop/postgresql:later", "-f", "-"], { input: JSON.stringify({ name: "Even later" }) });
  tryCli("migration order", ["shop/postgresql", "later"]);
  const folder = mkdtempSync(join(desktop.folder, "folder-"));
  cli("migration export", ["shop/postgresql", folder, "--format", "sqlx"]);
  for (const name of readdirSync(folder)) told.exported.push([name, readFileSync(join(folder, name))]);
  tryCli("migration import", ["shop/postgresql", folder, "--format", "sqlx", "--dry-run"]);
  cli("migration delete", ["shop/postgresql:later"]);
}

/** Export and import, with and without secrets. */
async function carried(told) {
  const { desktop, secrets, call, attempt, cli, tryCli, exported } = told;
  const { product, databases } = await matrix(told);
  exported.push(["an export without secrets", Buffer.from(cli("export", ["shop"]))]);
  const sealed = join(desktop.folder, "sealed.json");
  // Those with wrong passwords have theirs in it too.
  tryCli("export", ["shop", "--with-secrets", "--passphrase-stdin", "-o", sealed], { input: secrets.passphrase });
  tryCli("db delete", ["shop/named"]);
  cli("export", ["shop", "--with-secrets", "--passphrase-stdin", "-o", sealed], { input: secrets.passphrase });
  exported.push(["an export with secrets", readFileSync(sealed)]);
  cli("import", [sealed, "--dry-run", "--passphrase-stdin"], { input: secrets.passphrase });
  assert.notEqual(tryCli("import", [sealed, "--passphrase-stdin"], { input: secrets.typed }).status, 0);
  cli("import", [sealed, "--passphrase-stdin"], { input: secrets.passphrase });
  // By way of the system's dialogs: one is given a file, the others are closed.
  const dialogs = [
    ["export_save", { productId: product.id, passphrase: secrets["window passphrase"] }, "Save File"],
    ["import_open", { passphrase: secrets["window passphrase"], given: false }, "Open File"],
    ["file_choose", { folder: false }, "Open File"],
    ["migration_import_open", { databaseId: databases[0].id, format: "sqlx" }, "Select Folder"],
    ["migration_export", { databaseId: databases[0].id, format: "sqlx" }, "Select Folder"],
    ["discover_folder", {}, "Select Folder"],
  ];
  // Nor is there a file that the program was opened with, whatever the page says.
  assert.equal(await call("import_given"), null);
  assert.equal((await attempt("import_open", { passphrase: null, given: true })).error?.code, "not_found");
  for (const [command, args, title] of dialogs) {
    const asked = attempt(command, args);
    await desktop.answerDialog(title, "close");
    assert.deepEqual(await asked, { answer: null }, command);
  }
  assert.ok((await attempt("import_apply", { token: "none" })).error);
  assert.ok((await attempt("migration_import_apply", { token: "none" })).error);
  // What other programs have: a file that is there only while it is looked at.
  const folder = mkdtempSync(join(tmpdir(), "tapedeck-found-"));
  writeFileSync(join(folder, ".env"), `FOUND_URL=postgresql://app:${encodeURIComponent(secrets.typed)}@localhost/found\n`);
  assert.match(cli("discover", [folder, "--into", "found", "--all", "--dry-run"]), /keyring found\/found@dev password/);
  rmSync(folder, { recursive: true });
  await call("discover_home");
  assert.ok((await attempt("discover_plan", { request: { product: "shop", picks: [{ id: "none" }] } })).error);
}

/** What is asked to give a secret out: a reveal, a copy, a program that gets one. */
async function asked(told) {
  const { desktop, call, attempt, cli, tryCli } = told;
  const { config } = await cell(told, "mysql");
  const refused = attempt("url_reveal", { configId: config.id });
  await desktop.answerDialog("Show the secrets", "no");
  assert.equal((await refused).error.code, "cancelled");
  await call("url_copy", { configId: config.id, masked: false });
  const kept = attempt("activity_purge", { id: (await call("activity_list", { before: null, limit: 100 })).find(({ verb, undoable }) => verb === "delete" && undoable).id });
  await desktop.answerDialog("Delete for good", "no");
  assert.equal((await kept).error.code, "cancelled");
  tryCli("exec", ["shop@dev", "--", "sh", "-c", "i=0; while [ $i -lt 50000 ]; do i=$((i + 1)); done", "asked-for-the-urls"]);
  // Whatever each client makes of a standard input that has ended.
  for (const type of TYPES) tryCli("connect", [`shop/${type}@dev`]);
  cli("completions", ["bash"]);
  cli("manual");
}

/** Where the passwords are kept: in a vault file and back in the keyring, with a wrong passphrase on the way. */
async function kept(told) {
  const { secrets, call, attempt, tryCli } = told;
  await call("secret_place_status");
  await attempt("secret_place_choose", { choice: { place: "vault", old: "move", passphrase: secrets.passphrase } });
  await attempt("vault_lock");
  await attempt("vault_unlock", { passphrase: secrets.wrong });
  await attempt("vault_unlock", { passphrase: secrets.passphrase });
  await attempt("vault_passphrase_change", { old: secrets.passphrase, new: secrets["window passphrase"] });
  await call("secrets_to_enter", { productId: null });
  await attempt("secrets_enter", { typed: [{ key: "none", value: secrets.typed }] });
  tryCli("secret store", [], {});
  tryCli("secret passphrase", ["--passphrase-stdin"], { input: `${secrets.wrong}\n${secrets.typed}\n` });
  tryCli("secret enter", ["shop"], { input: secrets.typed });
  const back = await attempt("secret_place_choose", { choice: { place: "keyring", old: "move" } });
  assert.ok(back.answer, JSON.stringify(back.error));
}

/** Windows, settings, and what is deleted. */
async function tidied(told) {
  const { desktop, window, call, attempt, cli, tryCli, page } = told;
  const { settings } = await call("app_bootstrap");
  await call("settings_update", { settings: { ...settings, theme: "dark" } });
  await attempt("data_folder_open");
  await call("window_new");
  const { database } = await cell(told, "wrong-mysql");
  await call("database_update", { id: database.id, patch: { name: "Still wrong", description: null, revision: database.revision } });
  await call("database_delete", { id: database.id });
  cli("db delete", ["shop/wrong-mongodb"]);
  const [{ id }] = JSON.parse(cli("activity list", ["--json"]));
  tryCli("activity undo", [id]);
  tryCli("activity purge", [id]);
  // Nobody has updates for this build, and nothing is to be restarted for one.
  await call("update_status");
  for (const command of ["update_check", "update_install", "update_cancel", "update_restart", "release_page_open"]) await attempt(command);
  await call("product_sample");
  cli("product sample");
  // There is nothing to restore, and this catalog is not the one that is searched.
  tryCli("catalog restore", [], { dataDir: join(desktop.folder, "accounts") });
  for (const nav of ["activity", "settings", "secrets", "databases", "matrix"]) {
    if (await window.exists(`nav-${nav}`)) await window.click(`nav-${nav}`);
    await page();
  }
}
