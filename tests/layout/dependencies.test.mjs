// What the product is built from: the licence check refuses what it should, and no crate of ours may have `unsafe` in it.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "node:test";

const root = resolve(import.meta.dirname, "../..");

function check(packages) {
  const folder = mkdtempSync(join(tmpdir(), "tapedeck-licences-"));
  const lock = join(folder, "package-lock.json");
  writeFileSync(lock, JSON.stringify({ packages: { "": {}, ...packages } }));
  const { status, stderr } = spawnSync(process.execPath, [join(root, "scripts/check-licences.mjs"), lock], { encoding: "utf8" });
  rmSync(folder, { recursive: true });
  return { status, stderr };
}

const of = (license) => ({ "node_modules/one": { version: "1.0.0", license } });

test("licences that are allowed, or that may be chosen, pass", () => {
  for (const licence of ["MIT", "Apache-2.0 OR MIT", "(GPL-3.0 OR MIT)", "MIT AND ISC", "OFL-1.1"]) assert.equal(check(of(licence)).status, 0, licence);
  assert.equal(check({ ...of("MIT"), "node_modules/tool": { version: "1.0.0", license: "GPL-3.0", dev: true } }).status, 0, "a tool is not shipped");
});

test("others are refused by name", () => {
  for (const licence of ["GPL-3.0", "MIT AND GPL-3.0", "UNLICENSED", undefined]) {
    const { status, stderr } = check(of(licence));
    assert.equal(status, 1, licence);
    assert.match(stderr, /one 1\.0\.0/);
  }
  assert.equal(check({}).status, 1, "a lock file without packages is not looked into");
});

test("unsafe is forbidden in each crate", () => {
  const manifest = (path) => readFileSync(join(root, path, "Cargo.toml"), "utf8");
  const workspace = manifest(".");
  assert.match(workspace, /\[workspace\.lints\.rust\][^[]*unsafe_code = "forbid"/);
  const members = [...workspace.match(/^members = \[([^\]]*)\]/m)[1].matchAll(/"([^"]+)"/g)].map(([, path]) => path);
  assert.ok(members.length >= 12, `${members}`);
  for (const member of members) assert.match(manifest(member), /\[lints\]\s*\nworkspace = true/, member);
});
