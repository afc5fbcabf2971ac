// The version is written once, in [workspace.package] of Cargo.toml. What has to repeat it must agree, and what can take it
// from there must not name one; CHANGELOG.md keeps to its form. With a tag (`v1.2.3`), says whether that is the version, and
// whether the changelog tells of it.
//
//   node scripts/check-version.mjs [TAG]

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(process.env.ROOT ?? join(import.meta.dirname, ".."));
const text = (path) => readFileSync(join(root, path), "utf8");
const json = (path) => JSON.parse(text(path));
const faults = [];
const expect = (holds, fault) => holds || faults.push(fault);

const workspace = text("Cargo.toml");
const version = workspace.match(/^\[workspace\.package\][^[]*^version = "([^"]+)"$/m)?.[1];
expect(version, "Cargo.toml: [workspace.package] names no version");

const members = [...workspace.match(/^members = \[([^\]]*)\]/m)[1].matchAll(/"([^"]+)"/g)].map(([, path]) => path);
for (const member of members) expect(/^version\.workspace = true$/m.test(text(`${member}/Cargo.toml`)), `${member}/Cargo.toml: its version is not the workspace's (version.workspace = true)`);

expect(json("src-tauri/tauri.conf.json").version === undefined, "src-tauri/tauri.conf.json: names a version; without one Tauri takes Cargo's");
const lock = json("ui/package-lock.json");
for (const [path, found] of [
  ["ui/package.json", json("ui/package.json").version],
  ["ui/package-lock.json", lock.version],
  ["ui/package-lock.json, its first package", lock.packages[""].version],
]) {
  expect(found === version, `${path}: is ${found}, and Cargo.toml is ${version}; 'npm version ${version} --no-git-tag-version --prefix ui' sets it`);
}

const tag = process.argv[2];
expect(tag === undefined || tag === `v${version}`, `the tag is ${tag}, and Cargo.toml is ${version}`);
// Without a tag only its form is looked at: what is being worked on has no section of its own yet.
const changelog = spawnSync(process.execPath, [join(import.meta.dirname, "changelog.mjs"), "check", ...(tag ? [version] : [])], {
  encoding: "utf8",
  env: { CHANGELOG: join(root, "CHANGELOG.md"), ...process.env },
});
expect(changelog.status === 0, changelog.stderr.trim());

for (const fault of faults) console.error(fault);
process.exitCode = faults.length > 0 ? 1 : 0;
