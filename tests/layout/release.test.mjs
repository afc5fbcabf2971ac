// What a release rests on: one version, a list of changes that can be read, what the updater is told, pinned workflows. Each check
// is shown a copy that is wrong.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { after, test } from "node:test";

const root = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "tapedeck-release-"));
after(() => rmSync(folder, { recursive: true }));

const run = (script, args, env = {}) => spawnSync(process.execPath, [join(root, script), ...args], { encoding: "utf8", env: { ...process.env, ...env } });
const version = readFileSync(join(root, "Cargo.toml"), "utf8").match(/^version = "([^"]+)"$/m)[1];

// --- The version ---

function copy(name, change = (text) => text, path) {
  const place = join(folder, name);
  const members = [...readFileSync(join(root, "Cargo.toml"), "utf8").match(/^members = \[([^\]]*)\]/m)[1].matchAll(/"([^"]+)"/g)].map(([, member]) => `${member}/Cargo.toml`);
  for (const file of ["Cargo.toml", "CHANGELOG.md", "src-tauri/tauri.conf.json", "ui/package.json", "ui/package-lock.json", ...members]) {
    mkdirSync(dirname(join(place, file)), { recursive: true });
    cpSync(join(root, file), join(place, file));
  }
  if (path) writeFileSync(join(place, path), change(readFileSync(join(place, path), "utf8")));
  return place;
}

test("one version is everywhere, and another one anywhere is refused", () => {
  assert.equal(run("scripts/check-version.mjs", [], { ROOT: copy("same") }).stderr, "");
  const wrong = {
    "ui/package.json": (text) => text.replace(`"version": "${version}"`, '"version": "9.9.9"'),
    "ui/package-lock.json": (text) => text.replace(`"version": "${version}"`, '"version": "9.9.9"'),
    "src-tauri/tauri.conf.json": (text) => text.replace("{", '{ "version": "0.1.0",'),
    "crates/cli/Cargo.toml": (text) => text.replace("version.workspace = true", 'version = "0.1.0"'),
    "CHANGELOG.md": (text) => text.replace("### Added", "### New"),
  };
  for (const [path, change] of Object.entries(wrong)) {
    const { status, stderr } = run("scripts/check-version.mjs", [], { ROOT: copy(path.replaceAll("/", "-"), change, path) });
    assert.equal(status, 1, path);
    assert.ok(stderr.includes(path), stderr);
  }
});

test("a tag is refused that is not the version, or that the changelog does not tell of", () => {
  const told = copy("told", (text) => text.replace("## [Unreleased]", `## [Unreleased]\n\n## [${version}] - 2026-11-29`), "CHANGELOG.md");
  assert.equal(run("scripts/check-version.mjs", [`v${version}`], { ROOT: told }).stderr, "");
  assert.equal(run("scripts/check-version.mjs", ["v9.9.9"], { ROOT: told }).status, 1);
  const untold = copy("untold", (text) => text.replaceAll(`## [${version}]`, "## [0.0.1]"), "CHANGELOG.md");
  assert.match(run("scripts/check-version.mjs", [`v${version}`], { ROOT: untold }).stderr, /has nothing for/);
});

// --- The list of changes ---

const CHANGELOG = `# Changelog

## [Unreleased]

## [1.1.0-beta.1] - 2026-02-28

### Added

- Something.

## [1.0.0] - 2026-01-31

### Fixed

- A fault.
`;

function changelog(text, ...args) {
  const file = join(folder, "changes.md");
  writeFileSync(file, text);
  return run("scripts/changelog.mjs", args, { CHANGELOG: file });
}

test("a version's notes are its section", () => {
  assert.equal(changelog(CHANGELOG, "notes", "1.0.0").stdout, "### Fixed\n\n- A fault.\n");
  assert.equal(changelog(CHANGELOG, "notes", "1.2.0").status, 1);
  assert.equal(
    changelog(CHANGELOG, "releases").stdout,
    '    <release version="1.1.0-beta.1" date="2026-02-28" type="development"/>\n    <release version="1.0.0" date="2026-01-31" type="stable"/>\n',
  );
});

test("a list of changes that another program could not read is refused, with the line", () => {
  for (const [was, is, told] of [
    ["# Changelog", "# Changes", /:1: /],
    ["## [1.0.0] - 2026-01-31", "## [1.0.0]", /:11: .*has a date/],
    ["## [1.0.0] - 2026-01-31", "## 1.0.0", /:11: a section is/],
    ["2026-01-31", "2026-02-31", /no day/],
    ["2026-01-31", "2026-03-31", /later than/],
    ["[1.0.0]", "[1.1.0-beta.1]", /twice/],
    ["### Fixed", "### Bugs", /:13: 'Bugs' is none of/],
    ["### Fixed\n\n", "", /stands in a group/],
  ]) {
    const { status, stderr } = changelog(CHANGELOG.replace(was, is), "check");
    assert.equal(status, 1, is);
    assert.match(stderr, told);
  }
});

// --- What the updater is told ---

test("the updater is told of each package that has a signature, and of no other", () => {
  const packages = join(folder, "packages");
  mkdirSync(packages);
  const file = join(folder, "changes.md");
  writeFileSync(file, CHANGELOG);
  const latest = () => run("packaging/latest.mjs", ["v1.0.0", packages], { CHANGELOG: file, TAPEDECK_PROJECT_URL: "https://example.org/tapedeck" });
  const names = ["tapedeck_1.0.0_amd64.deb", "Tapedeck_1.0.0_amd64.AppImage", "Tapedeck_1.0.0_x64-setup.exe", "Tapedeck_1.0.0_x64_en-US.msi", "Tapedeck_1.0.0_universal.app.tar.gz"];
  for (const name of names) writeFileSync(join(packages, name), "");
  assert.match(latest().stdout, /there is no latest\.json/);

  for (const name of names.slice(0, -1)) writeFileSync(join(packages, `${name}.sig`), `signature of ${name}\n`);
  assert.equal(latest().status, 0);
  const { version: told, notes, platforms } = JSON.parse(readFileSync(join(packages, "latest.json"), "utf8"));
  assert.deepEqual([told, notes], ["1.0.0", "### Fixed\n\n- A fault."]);
  assert.deepEqual(Object.keys(platforms).sort(), ["linux-x86_64", "windows-x86_64", "windows-x86_64-msi", "windows-x86_64-nsis"]);
  assert.deepEqual(platforms["windows-x86_64"], {
    signature: "signature of Tapedeck_1.0.0_x64-setup.exe",
    url: "https://example.org/tapedeck/releases/download/v1.0.0/Tapedeck_1.0.0_x64-setup.exe",
  });
});

// --- The workflows ---

test("a workflow is refused whose action is not pinned, whose token may write, or that GitHub would refuse", () => {
  const good = readFileSync(join(root, ".github/workflows/ci.yml"), "utf8");
  const check = (text) => {
    const file = join(folder, "workflow.yml");
    writeFileSync(file, text);
    return run("scripts/check-workflows.mjs", [file]);
  };
  assert.equal(check(good).stderr, "");
  for (const [change, told] of [
    [(text) => text.replace(/checkout@[0-9a-f]{40} # v[\d.]+/, "checkout@v6"), /pinned by its whole commit/],
    [(text) => text.replace(/(checkout@[0-9a-f]{40}) # v[\d.]+/, "$1"), /with its version beside it/],
    [(text) => text.replace("contents: read", "contents: write"), /permissions/],
    [(text) => text.replace("runs-on: ubuntu-22.04", "runs-on: ubuntu-22.40"), /label "ubuntu-22\.40" is unknown/],
    [(text) => text.replace("timeout-minutes", "timeout-minuets"), /unexpected key "timeout-minuets"/],
  ]) {
    const { status, stderr } = check(change(good));
    assert.equal(status, 1);
    assert.match(stderr, told);
  }
});
