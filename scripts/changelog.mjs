// Reads CHANGELOG.md, which is in the form of Keep a Changelog.
//
//   node scripts/changelog.mjs check [VERSION]    whether it keeps to the form, and has a section for VERSION
//   node scripts/changelog.mjs notes VERSION      that section's text: the notes of a release
//   node scripts/changelog.mjs releases           <release> elements for the AppStream metainfo
//
// CHANGELOG=FILE names another file.

import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const file = process.env.CHANGELOG ?? join(resolve(import.meta.dirname, ".."), "CHANGELOG.md");
const GROUPS = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"];
const SECTION = /^## \[(Unreleased|\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)\](?: - (\d{4}-\d{2}-\d{2}))?$/;

/** Sections in the order of the file, `{ name, date?, text }`, and what is wrong, each fault with its line. */
function read() {
  const sections = [];
  const faults = [];
  const fault = (index, what) => faults.push(`${file}:${index + 1}: ${what}`);
  let group;
  const lines = readFileSync(file, "utf8").split("\n");
  if (lines[0] !== "# Changelog") fault(0, "the first line is not '# Changelog'");
  lines.forEach((line, index) => {
    const heading = line.match(SECTION);
    if (heading) {
      const [, name, date] = heading;
      if ((name === "Unreleased") === Boolean(date)) fault(index, "a version has a date ('## [1.2.3] - 2026-01-31'), and Unreleased has none");
      if (date && new Date(`${date}T00:00:00Z`).toJSON()?.slice(0, 10) !== date) fault(index, `${date} is no day`);
      if (sections.some((section) => section.name === name)) fault(index, `${name} is there twice`);
      if (name === "Unreleased" && sections.length > 0) fault(index, "Unreleased comes first");
      const before = sections.at(-1);
      if (before?.date && date > before.date) fault(index, `${name} is later than ${before.name}, which stands above it`);
      sections.push({ name, date, lines: [] });
      group = undefined;
    } else if (line.startsWith("## ")) {
      fault(index, "a section is '## [Unreleased]' or '## [1.2.3] - 2026-01-31'");
    } else if (line.startsWith("### ")) {
      group = line.slice(4);
      if (!GROUPS.includes(group)) fault(index, `'${group}' is none of ${GROUPS.join(", ")}`);
      if (sections.length === 0) fault(index, "a group stands in a section");
      sections.at(-1)?.lines.push(line);
    } else {
      if (sections.length > 0 && !group && line.trim() !== "") fault(index, `an entry stands in a group: ### ${GROUPS.join(", ### ")}`);
      sections.at(-1)?.lines.push(line);
    }
  });
  if (sections.length === 0) fault(0, "there is no section");
  return { sections: sections.map(({ lines, ...rest }) => ({ ...rest, text: lines.join("\n").trim() })), faults };
}

function fail(...messages) {
  for (const message of messages) console.error(message);
  process.exit(1);
}

const [verb, version] = process.argv.slice(2);
const { sections, faults } = read();
if (faults.length > 0) fail(...faults);
const wanted = sections.find(({ name }) => name === version);
if (version !== undefined && !wanted?.text) {
  fail(`${file} has nothing for ${version}: before a release, '## [Unreleased]' becomes '## [${version}] - <day>'`);
}

if (verb === "notes" && wanted) {
  console.log(wanted.text);
} else if (verb === "releases") {
  for (const { name, date } of sections.filter(({ date }) => date)) {
    console.log(`    <release version="${name}" date="${date}" type="${name.includes("-") ? "development" : "stable"}"/>`);
  }
} else if (verb !== "check") {
  fail("usage: changelog.mjs check [VERSION] | notes VERSION | releases");
}
