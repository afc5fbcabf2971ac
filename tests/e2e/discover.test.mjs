// The importer in the real window: the files of other programs in a home folder, found, looked through, taken over, and a connection
// tested against a real server. No password is in any message to the page.

import assert from "node:assert/strict";
import { after, before } from "node:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Canaries } from "../canary/search.mjs";
import { Desktop, steps } from "./desktop.mjs";

let desktop;
let window;

/** A file of another program in the home folder. */
function write(name, text) {
  const path = join(desktop.env.HOME, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { mode: 0o600 });
}

before(async () => {
  desktop = await Desktop.start();
  const server = new URL(desktop.servers.postgresql.urls.dev);
  const database = server.pathname.slice(1);
  const password = decodeURIComponent(server.password).replaceAll("\\", "\\\\").replaceAll(":", "\\:");
  write(".pgpass", `${server.hostname}:${server.port}:*:${server.username}:${password}\n`);
  write(".pg_service.conf", `[orders-dev]\nhost=${server.hostname}\nport=${server.port}\nuser=${server.username}\ndbname=${database}\n${[...server.searchParams].map(([name, value]) => `${name}=${value}\n`).join("")}`);
  write(".my.cnf", "[client_users_stg]\nhost=users.invalid\nuser=ada\npassword=never-connected-7f\n");
  window = await desktop.open();
}, { timeout: 300_000 });

after(async () => {
  await window?.close().catch(() => undefined);
  await desktop?.stop();
});

const step = steps(() => desktop);

step("the first start finds what other programs have in the home folder", async () => {
  await window.byId("first-run", 30_000);
  await window.click("way-import");
  await window.click("way-home");
  assert.match(await window.text("found-orders-dev", 15_000), /password goes to the keyring/);
  assert.match(await window.text("found-client_users_stg"), /mysql:\/\/ada:\*\*\*@users\.invalid/);
  assert.deepEqual(JSON.parse(desktop.cli(["product", "list", "--json"])), [], "looking changes nothing");
});

step("what is chosen is shown with what goes to the keyring, and taken over", async () => {
  // The line of the password file is for every database: it is left out.
  const unwanted = await window.run("return [...document.querySelectorAll('[data-testid^=\"take-\"]')].map((box) => box.dataset.testid).find((name) => name.includes('@'));");
  if (unwanted) await window.click(unwanted);
  await window.click("discover-review");
  assert.match(await window.text("discover-keyring", 15_000), /@dev password/);
  await window.click("discover-apply");
  await window.byId("cell-client_users-stg", 15_000);
});

step("the connection that was found is a real one", async () => {
  const [product] = JSON.parse(desktop.cli(["product", "list", "--json"]));
  const databases = JSON.parse(desktop.cli(["db", "list", product.tag, "--json"]));
  const { tag } = databases.find((database) => database.type === "postgresql");
  await window.byId(`cell-${tag}-dev`, 15_000);
  await window.click(`cell-${tag}-dev`);
  await window.click("tab-test");
  await window.click("test-cell");
  await window.until("connected", async () => (await window.attribute(`cell-${tag}-dev`, "data-state")) === "ok", 20_000);
});

step("no password came to the page", async () => {
  const messages = await window.messages();
  assert.ok(messages.length > 10, `the recorder recorded ${messages.length} messages`);
  const canaries = new Canaries({ postgresql: desktop.servers.postgresql.password, mysql: "never-connected-7f" });
  canaries.absent([["messages to the page", messages.join("\n")], ["the terminal", desktop.terminal()]]);
});
