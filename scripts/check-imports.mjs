#!/usr/bin/env node
// Fails when an import runs against the layout:
//
//   ui → src-tauri → workbench → runner → {schema, migrations} → {catalog, discovery, secrets, engines, templates} → connection-url
//
// and when `tauri` is named outside src-tauri, or `@tauri-apps` outside ui/src/platform. Two checks, since either alone
// misses something: the manifests say what a crate may use, the sources what the front end does.
// `--root DIR` looks at another tree; the tests of this script use it to show that each rule can fail.

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const rootArgument = process.argv.indexOf("--root");
const root = resolve(rootArgument > 0 ? process.argv[rootArgument + 1] : join(here, ".."));

// What each crate of the workspace may depend on, of the workspace. A crate that is not listed is refused, so that a
// new one is placed on purpose.
const allowed = {
  "connection-url": [],
  catalog: ["connection-url"],
  discovery: ["connection-url"],
  secrets: ["connection-url"],
  templates: [],
  engines: ["connection-url"],
  schema: ["connection-url", "engines"],
  migrations: ["connection-url", "templates"],
  runner: ["connection-url", "engines", "migrations", "schema"],
  workbench: ["catalog", "connection-url", "discovery", "engines", "migrations", "runner", "schema", "secrets", "templates"],
  "tapedeck-cli": ["workbench"],
  "tapedeck-desktop": ["workbench"],
  // Servers and keyrings for tests: knows nothing of the product, so that it can't agree with its mistakes.
  "test-support": [],
};
const allowedInTests = {
  "test-support": [],
  default: ["test-support"],
};
// Outside parts that belong to one floor only.
const onlyIn = [
  { part: /^(tauri|tauri-.*|wry|tao)$/, crates: ["tapedeck-desktop"] },
  { part: /^(tokio-postgres|mysql_async|mongodb)$/, crates: ["engines"] },
  { part: /^rusqlite$/, crates: ["catalog", "engines"] },
  { part: /^(keyring.*|.*-keyring-store)$/, crates: ["secrets"] },
];

const faults = [];

const metadata = JSON.parse(
  execFileSync("cargo", ["metadata", "--format-version", "1", "--no-deps", "--offline"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    stdio: ["ignore", "pipe", "inherit"],
  }),
);
const members = new Set(metadata.packages.map((each) => each.name));
for (const each of metadata.packages) {
  const may = allowed[each.name];
  if (may === undefined) {
    faults.push(`${each.name}: not placed in the layout; add it to scripts/check-imports with what it may import`);
    continue;
  }
  for (const dependency of each.dependencies) {
    const { name, kind } = dependency;
    const inTests = kind === "dev";
    if (members.has(name)) {
      const listed = inTests ? [...may, ...(allowedInTests[each.name] ?? allowedInTests.default)] : may;
      if (name !== each.name && !listed.includes(name)) {
        faults.push(`${each.name}: must not import ${name}${inTests ? " even in tests" : ""}`);
      }
    }
    for (const rule of onlyIn) {
      // Test support talks to servers in its own way, but a driver in a test checks our driver's work independently.
      if (rule.part.test(name) && !rule.crates.includes(each.name) && !inTests) {
        faults.push(`${each.name}: ${name} belongs to ${rule.crates.join(", ")} alone`);
      }
    }
  }
}

function* files(folder, extensions) {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    if (["node_modules", "target", "dist", "output"].includes(name)) continue;
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* files(path, extensions);
    else if (extensions.some((each) => name.endsWith(each))) yield path;
  }
}

function refuse(folder, extensions, pattern, isAllowed, message) {
  for (const path of files(join(root, folder), extensions)) {
    const name = relative(root, path).split(sep).join("/");
    if (isAllowed(name)) continue;
    readFileSync(path, "utf8")
      .split("\n")
      .forEach((line, index) => {
        if (pattern.test(line)) faults.push(`${name}:${index + 1}: ${message}`);
      });
  }
}

refuse(
  "crates",
  [".rs"],
  /\b(use|extern crate)\s+tauri\b|\btauri(_plugin_\w+)?::/,
  () => false,
  "`tauri` is named in src-tauri only",
);
const script = [".ts", ".tsx", ".mts", ".js", ".jsx"];
refuse(
  "ui/src",
  script,
  /['"]@tauri-apps\//,
  (name) => name.startsWith("ui/src/platform/"),
  "`@tauri-apps` is imported in ui/src/platform only",
);
refuse("ui/src", script, /__TAURI(_INTERNALS)?__/, (name) => name.startsWith("ui/src/platform/"), "the window's bridge is used in ui/src/platform only");
// Generated types must not grow a hand-written import.
refuse("ui/src/bindings", [".ts"], /from\s+["']\.\.\//, () => false, "bindings import nothing but each other");

if (faults.length > 0) {
  console.error(`imports run against the layout (ARCHITECTURE.md, "Imports run one way"):`);
  for (const fault of faults) console.error(`  ${fault}`);
  process.exit(1);
}
console.log(`imports: ${metadata.packages.length} crates and the front end keep to the layout`);
