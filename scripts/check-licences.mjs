// The licences of what the front end is built from, as its lock file names them. cargo-deny does the same for Rust
// (deny.toml). With --list they are printed, package by package.
//
//   node scripts/check-licences.mjs [--list] [LOCK]

import { join, resolve } from "node:path";
import { shippedPackages } from "./lock-file.mjs";

// Permissive ones, and that of fonts, which asks only that the font keeps its licence and name.
const ALLOWED = new Set(["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "OFL-1.1", "Zlib"]);

const options = process.argv.slice(2);
const lock = options.find((option) => !option.startsWith("--")) ?? join(resolve(import.meta.dirname, ".."), "ui/package-lock.json");

/** Whether an SPDX expression lets us choose a licence that is allowed. */
function isAllowed(expression) {
  const text = expression.trim().replace(/^\((.*)\)$/, "$1");
  if (/ AND /.test(text)) return text.split(/ AND /).every(isAllowed);
  return text.split(/ OR /).some((licence) => ALLOWED.has(licence.trim()));
}

const faults = [];
const packages = shippedPackages(lock);
for (const { name, version, licence } of packages) {
  if (options.includes("--list")) console.log(`${name} ${version}: ${licence ?? "none"}`);
  if (!licence || !isAllowed(licence)) faults.push(`${name} ${version}: ${licence ?? "no licence is named"}`);
}
if (packages.length === 0) faults.push(`${lock}: names no package that the front end is built from`);
for (const fault of faults) console.error(fault);
process.exitCode = faults.length > 0 ? 1 : 0;
