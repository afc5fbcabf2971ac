// Reads the workflows with actionlint, and holds what it does not look at: every action is pinned by its commit, with the version
// beside it, and a token may write only where a job says so.
//
//   node scripts/check-workflows.mjs [FILE…]

import { createRequire } from "node:module";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const folder = join(root, ".github/workflows");
const actionlint = join(root, ".tools/actionlint");
if (!existsSync(join(actionlint, "main.wasm"))) {
  console.error("actionlint is missing: run scripts/test-tools");
  process.exit(1);
}

const files = process.argv.length > 2 ? process.argv.slice(2) : readdirSync(folder).map((name) => join(folder, name));
const faults = [];

/** What actionlint says of a text: `[{ message, line, column }]`. Go's own loader puts it into the global scope. */
async function linter() {
  globalThis.throwError = (message) => {
    throw new Error(message);
  };
  createRequire(import.meta.url)(join(actionlint, "wasm_exec.js"));
  const go = new globalThis.Go();
  const { instance } = await WebAssembly.instantiate(readFileSync(join(actionlint, "main.wasm")), go.importObject);
  go.run(instance);
  return globalThis.runActionlint;
}

const lint = await linter();
for (const file of files) {
  const name = relative(root, resolve(file));
  const text = readFileSync(file, "utf8");
  for (const { message, line, column } of await lint(text, name)) {
    if (message) faults.push(`${name}:${line}:${column}: ${message}`);
  }
  text.split("\n").forEach((line, index) => {
    const used = line.match(/^\s*(?:- )?uses:\s*(.*)$/)?.[1];
    if (used && !used.startsWith("./") && !/^[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(used)) {
      faults.push(`${name}:${index + 1}: an action is pinned by its whole commit, with its version beside it: owner/name@<40 digits> # v1.2.3`);
    }
  });
  if (!/^permissions:\n  contents: read$/m.test(text)) faults.push(`${name}: says no 'permissions: contents: read' for all of its jobs`);
}
for (const fault of faults) console.error(fault);
// Go's runtime waits for calls that don't come.
process.exit(faults.length > 0 ? 1 : 0);
