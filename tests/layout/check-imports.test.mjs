// The layout check must refuse what it is there for: each rule against a copy of the workspace that breaks it.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";

const root = resolve(import.meta.dirname, "../..");
const crates = readdirSync(join(root, "crates"));
let copy;

before(() => {
  copy = mkdtempSync(join(tmpdir(), "tapedeck-layout-"));
});
after(() => rmSync(copy, { recursive: true, force: true }));

// Manifests, a source for each so that cargo accepts them, and nothing else: each test alters a fresh one.
function fresh() {
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy);
  for (const name of ["Cargo.toml", "Cargo.lock"]) cpSync(join(root, name), join(copy, name));
  for (const folder of [...crates.map((name) => `crates/${name}`), "tests/support", "src-tauri"]) {
    mkdirSync(join(copy, folder, "src"), { recursive: true });
    cpSync(join(root, folder, "Cargo.toml"), join(copy, folder, "Cargo.toml"));
    writeFileSync(join(copy, folder, "src/lib.rs"), "");
    writeFileSync(join(copy, folder, "src/main.rs"), "fn main() {}\n");
  }
  mkdirSync(join(copy, "ui/src/platform"), { recursive: true });
  mkdirSync(join(copy, "ui/src/bindings"), { recursive: true });
}

function check() {
  const { status, stdout, stderr } = spawnSync("node", [join(root, "scripts/check-imports.mjs"), "--root", copy], {
    encoding: "utf8",
  });
  return { status, text: stdout + stderr };
}

function addDependency(crate, line) {
  const path = join(copy, crate, "Cargo.toml");
  writeFileSync(path, readFileSync(path, "utf8").replace("[dependencies]", `[dependencies]\n${line}`));
}

function refuses(pattern) {
  const { status, text } = check();
  assert.equal(status, 1, text);
  assert.match(text, pattern);
}

test("the workspace as it is keeps to the layout", () => {
  fresh();
  const { status, text } = check();
  assert.equal(status, 0, text);
});

test("an import upwards or sideways is refused", () => {
  for (const [crate, dependency] of [
    ["crates/catalog", "secrets"],
    ["crates/catalog", "engines"],
    ["crates/engines", "catalog"],
    ["crates/secrets", "workbench"],
    ["crates/connection-url", "catalog"],
    ["crates/cli", "catalog"],
    ["src-tauri", "engines"],
  ]) {
    fresh();
    addDependency(crate, `${dependency} = { workspace = true }`);
    refuses(new RegExp(`must not import ${dependency}`));
  }
});

test("a part that belongs to one floor is refused on another", () => {
  for (const [crate, line] of [
    ["crates/workbench", 'tauri = "2"'],
    ["crates/cli", 'rusqlite = "0.40"'],
    ["crates/workbench", 'tokio-postgres = "0.7"'],
    ["crates/catalog", 'keyring-core = "1"'],
  ]) {
    fresh();
    addDependency(crate, line);
    refuses(/belongs to/);
  }
});

test("`tauri` and `@tauri-apps` are named on their own floors only", () => {
  fresh();
  writeFileSync(join(copy, "crates/workbench/src/lib.rs"), "use tauri::Manager;\n");
  refuses(/`tauri` is named in src-tauri only/);
  fresh();
  writeFileSync(join(copy, "ui/src/App.tsx"), "import { invoke } from '@tauri-apps/api/core';\n");
  refuses(/ui\/src\/App\.tsx:1: `@tauri-apps` is imported in ui\/src\/platform only/);
  fresh();
  writeFileSync(join(copy, "ui/src/platform/tauri.ts"), "import { invoke } from '@tauri-apps/api/core';\n");
  assert.equal(check().status, 0);
});
