// What is true of the packages as files: the same commit gives the same bytes, and both kinds hold the same.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "node:test";

const root = resolve(import.meta.dirname, "../..");
const packages = process.env.TAPEDECK_TEST_PACKAGES;
const run = (program, args, env = {}) => execFileSync(program, args, { cwd: root, encoding: "utf8", env: { ...process.env, ...env }, maxBuffer: 64 * 1024 * 1024 });
const named = (ending) => join(packages, readdirSync(packages).find((name) => name.endsWith(ending)));
const digests = (folder) => Object.fromEntries(readdirSync(folder).sort().map((name) => [name, createHash("sha256").update(readFileSync(join(folder, name))).digest("hex")]));

test("packed again, at another time and in another place, the packages are the same byte for byte", () => {
  const folder = mkdtempSync(join(tmpdir(), "tapedeck-packed-again-"));
  try {
    run("scripts/package", ["--profile", "dev", "--output", join(folder, "packages")], { TMPDIR: folder, TZ: "Asia/Tokyo", LANG: "tr_TR.UTF-8" });
    assert.deepEqual(digests(join(folder, "packages")), digests(packages));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("the .rpm has what the .deb has, and asks for the same libraries", () => {
  const contents = (lines) => lines.trim().split("\n").filter((path) => !/\/(doc|licenses|man|zsh)\b/.test(path) && !path.endsWith("/")).sort();
  const inDeb = contents(run("dpkg-deb", ["--contents", named(".deb")]).replace(/^.* \.(?=\/)/gm, ""));
  const inRpm = contents(run("rpm", ["-qp", "--queryformat", "[%{FILEMODES:perms} %{FILENAMES}\n]", named(".rpm")]).replace(/^d.*\n/gm, "").replace(/^\S+ /gm, ""));
  assert.deepEqual(inRpm, inDeb);
  assert.ok(inDeb.includes("/usr/bin/tapedeck") && inDeb.includes("/usr/bin/tapedeck-desktop"));

  const requires = run("rpm", ["-qp", "--requires", named(".rpm")]);
  for (const library of ["libwebkit2gtk-4.1.so.0", "libgtk-3.so.0", "libc.so.6"]) assert.ok(requires.includes(library), requires);
  const depends = run("dpkg-deb", ["--field", named(".deb"), "Depends"]);
  for (const library of ["libwebkit2gtk-4.1-0", "libgtk-3-0", "libc6"]) assert.ok(depends.includes(library), depends);
  assert.equal(run("rpm", ["-qp", "--scripts", named(".rpm")]), "", "nothing runs at installation or removal");
});

test("the .rpm installs, is as it was packed, and leaves no file when it is removed", () => {
  const system = mkdtempSync(join(tmpdir(), "tapedeck-rpm-"));
  try {
    const rpm = (...args) => run("rpm", ["--root", system, ...args]);
    const files = () => readdirSync(join(system, "usr"), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    rpm("--initdb");
    // There is no system in there that could have the libraries; what it asks for is looked at above.
    rpm("--install", "--nodeps", named(".rpm"));
    assert.ok(files().length > 100);
    assert.equal(rpm("--verify", "--nodeps", "tapedeck"), "");
    rpm("--erase", "tapedeck");
    assert.deepEqual(files().map(({ parentPath, name }) => join(parentPath, name)), []);
    assert.ok(!readdirSync(join(system, "usr"), { recursive: true }).some((path) => path.endsWith("/tapedeck")), "a folder of ours is left");
  } finally {
    rmSync(system, { recursive: true });
  }
});
