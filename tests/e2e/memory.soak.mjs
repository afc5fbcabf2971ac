// Secrets in the memory of the window's own process: five seconds after a connection test of each engine none is there.
//
// It is run by `make soak` and not by `make test`: about every second run finds one copy behind `user:`, on a thread's stack.

import assert from "node:assert/strict";
import { createServer } from "node:net";
import { after, before } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { inMemory } from "../canary/memory.mjs";
import { answer, matrixOf } from "../canary/page.mjs";
import { descendants } from "../canary/processes.mjs";
import { Canaries } from "../canary/search.mjs";
import { Desktop, steps } from "./desktop.mjs";

const TYPES = ["postgresql", "mysql", "mongodb"];
const TYPED = "typ3d/c4n4ry+@é-in-memory";

let desktop;
let window;
let pid;
let product;

const step = steps(() => desktop);

before(async () => {
  desktop = await Desktop.start();
  // For whoever is not root.
  desktop.env.TAPEDECK_TEST_READABLE = "1";
  desktop.cli(["product", "create", "shop", "--name", "Shop"]);
  desktop.cli(["env", "create", "shop", "dev", "--name", "dev"]);
  for (const type of TYPES) {
    const record = { name: type, tag: type, type, envs: [{ slug: "dev", connection_url: desktop.servers[type].urls.dev }] };
    desktop.cli(["db", "create", "shop", "-f", "-"], { input: JSON.stringify(record) });
  }
  window = await desktop.open();
  await window.byId("matrix", 60_000);
  [product] = await answer(window, "product_list");
  pid = [...descendants(process.pid)].find(({ program }) => program === "tapedeck-deskto").pid;
}, { timeout: 120_000 });

after(async () => {
  await window?.close().catch(() => undefined);
  await desktop?.stop();
});

async function testAll() {
  await answer(window, "test_start", { request: { run_id: `run-${Date.now()}`, product_id: product.id }, events: "channel" });
  const { databases } = await matrixOf(window, product.id);
  for (const { tag, envs } of databases) {
    const { connected, error } = await answer(window, "test_last", { configId: envs[0].id });
    assert.ok(connected, `${tag}: ${JSON.stringify(error)}`);
  }
}

step("five seconds after a test of each engine no password is in memory", async () => {
  await testAll();
  await sleep(5_000);
  const canaries = new Canaries(Object.fromEntries(TYPES.map((type) => [type, desktop.servers[type].password])));
  const { found, bytes } = inMemory(canaries, pid);
  assert.ok(bytes > 16 * 1024 * 1024, `${bytes} bytes were read`);
  assert.deepEqual(found, []);
});

step("control: one that is in use is found", async () => {
  // A server that takes the connection and says nothing: the test waits, and has the password.
  const silent = createServer(() => undefined).listen(0, "127.0.0.1");
  await new Promise((ready) => silent.once("listening", ready));
  const connection_url = `postgresql://app:${encodeURIComponent(TYPED)}@127.0.0.1:${silent.address().port}/shop`;
  await window.run(
    `const internals = window.__TAURI_INTERNALS__;
     const events = "__CHANNEL__:" + internals.transformCallback(() => undefined);
     internals.invoke("test_draft", { request: arguments[0], events }).catch(() => undefined);`,
    { run_id: "silent", product_id: product.id, type: "postgresql", config: { slug: "dev", connection_url } },
  );
  await sleep(1_000);
  const { found } = inMemory(new Canaries({ typed: TYPED }), pid);
  silent.close();
  assert.notDeepEqual(found, []);
});
