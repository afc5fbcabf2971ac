// Prints what others wrote and is linked into the programs, each with its licence, from the committed lists
// (scripts/licences): what a package puts beside its copyright file.

import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const generated = join(resolve(import.meta.dirname, ".."), "ui/src/generated");
const read = (name) => JSON.parse(readFileSync(join(generated, name), "utf8"));
const [list, { texts, packages }] = [read("licences.json"), read("licence-texts.json")];

const users = texts.map(() => []);
console.log("Tapedeck is built from the following. A number names a text below; without one, the package has none of its own,\nand the licence of that name holds.\n");
for (const { name, version, licence, source } of list) {
  const numbers = packages[`${name} ${version}`] ?? [];
  for (const number of numbers) users[number].push(name);
  console.log(`${name} ${version} (${source === "crate" ? "Rust crate" : "npm package"}): ${licence}${numbers.length > 0 ? ` [${numbers.map((number) => number + 1).join(", ")}]` : ""}`);
}
texts.forEach((text, index) => console.log(`\n${"-".repeat(80)}\n[${index + 1}] ${[...new Set(users[index])].join(", ")}\n\n${text}`));
