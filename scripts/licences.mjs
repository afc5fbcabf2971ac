// The list of what Tapedeck is built from, for the about box and for the copyright file of a package:
//
//   ui/src/generated/licences.json        [{ name, version, licence, source: "crate" | "npm" }], sorted
//   ui/src/generated/licence-texts.json   { texts: [text…], packages: { "name version": [index…] } }, each text once
//
// Crates are those that are linked into the two programs, on any of the three systems, as `cargo tree` resolves them: what
// only the compiler runs (procedural macros, build scripts, tests) is not shipped. Packages of npm are those that the lock file
// does not call a tool. `--check` says whether the committed files are up to date. scripts/licences runs this.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { shippedPackages } from "./lock-file.mjs";

const root = resolve(import.meta.dirname, "..");
const output = join(root, "ui/src/generated");
const TARGETS = ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu", "x86_64-pc-windows-msvc", "aarch64-apple-darwin", "x86_64-apple-darwin"];

const cargo = (...args) => execFileSync("cargo", args, { cwd: root, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });

/** The crates of others in both programs, with the folder that each is in. */
function crates() {
  const folders = new Map();
  for (const { name, version, manifest_path, source } of JSON.parse(cargo("metadata", "--locked", "--format-version", "1")).packages) {
    if (source) folders.set(`${name} v${version}`, dirname(manifest_path));
  }
  const tree = cargo(
    ...["tree", "--locked", "--prefix", "none", "--edges", "normal,no-proc-macro", "--format", "{p}\t{l}\t"],
    ...["tapedeck-desktop", "tapedeck-cli"].flatMap((name) => ["--package", name]),
    ...TARGETS.flatMap((target) => ["--target", target]),
  );
  const found = new Map();
  for (const line of tree.split("\n")) {
    const [crate, licence] = line.split("\t");
    const folder = folders.get(crate);
    if (!folder || found.has(crate)) continue;
    const [name, version] = crate.split(" v");
    found.set(crate, { name, version, licence: expression(licence), source: "crate", folder });
  }
  return [...found.values()];
}

/** Some crates still write `MIT/Apache-2.0`, as Cargo once asked for. */
const expression = (licence) => licence.replace(/\s*\/\s*/g, " OR ");

const packages = () =>
  shippedPackages(join(root, "ui/package-lock.json")).map(({ folder, ...rest }) => ({ ...rest, source: "npm", folder: join(root, "ui", folder) }));

/** Where we may choose MIT we do: its text names who wrote the work, and asks for nothing else. */
function chosen(licence, files) {
  const mit = files.filter((name) => /mit/i.test(name));
  const offered = / OR /.test(licence) && !/ AND /.test(licence) && /\bMIT\b/.test(licence);
  return offered && mit.length > 0 ? [...mit, ...files.filter((name) => /^notice/i.test(name))] : files;
}

/** The texts in a package's folder, ends of lines and outer white space aside. */
function textsOf({ licence, folder }) {
  const files = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && /^(li[cs]en[cs]e|copying|copyright|notice|unlicen[cs]e)\b|^mit\b/i.test(entry.name.replace(/_/g, "-")))
    .filter(({ name }) => !/\.(spdx|json|toml|rs|js|html)$/i.test(name))
    .map(({ name }) => name)
    .sort();
  return chosen(licence, files).map((name) => readFileSync(join(folder, name), "utf8").replace(/\r\n?/g, "\n").replace(/[ \t]+$/gm, "").trim());
}

const inOrder = (one, other) => (one < other ? -1 : Number(one > other));
const all = [...crates(), ...packages()].sort((one, other) => inOrder(one.name, other.name) || inOrder(one.version, other.version) || inOrder(one.source, other.source));

const texts = [];
const of = {};
for (const entry of all) {
  const indexes = textsOf(entry).map((text) => (texts.includes(text) ? texts.indexOf(text) : texts.push(text) - 1));
  if (indexes.length > 0) of[`${entry.name} ${entry.version}`] = [...new Set(indexes)];
}

const lines = (values) => `[\n${values.map((value) => `  ${JSON.stringify(value)}`).join(",\n")}\n]`;
const files = {
  "licences.json": `${lines(all.map(({ folder: _, ...shown }) => shown))}\n`,
  "licence-texts.json": `{\n"texts": ${lines(texts)},\n"packages": ${JSON.stringify(of, null, 1)}\n}\n`,
};

let different = false;
mkdirSync(output, { recursive: true });
for (const [name, text] of Object.entries(files)) {
  const path = join(output, name);
  if (existsSync(path) && readFileSync(path, "utf8") === text) continue;
  if (process.argv.includes("--check")) {
    console.error(`ui/src/generated/${name} is not what Cargo.lock and ui/package-lock.json say: run scripts/licences and commit it`);
    different = true;
  } else {
    writeFileSync(path, text);
    console.log(`wrote ui/src/generated/${name}`);
  }
}
process.exitCode = different ? 1 : 0;
