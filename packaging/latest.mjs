// Writes latest.json, which the updater reads, for the packages in a folder: the ones that have a signature beside them.
//
//   TAPEDECK_PROJECT_URL=https://… node packaging/latest.mjs TAG FOLDER

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

// By the ends of names that Tauri's bundler gives. A .deb or .rpm learns of a version too, and replaces nothing.
const KINDS = [
  { end: /_amd64\.AppImage$/, platforms: ["linux-x86_64"] },
  { end: /_(aarch64|arm64)\.AppImage$/, platforms: ["linux-aarch64"] },
  { end: /_x64-setup\.exe$/, platforms: ["windows-x86_64", "windows-x86_64-nsis"] },
  { end: /_x64_[A-Za-z-]+\.msi$/, platforms: ["windows-x86_64-msi"] },
  { end: /_universal\.app\.tar\.gz$/, platforms: ["darwin-x86_64", "darwin-aarch64"] },
];

const [tag, folder] = process.argv.slice(2);
const project = process.env.TAPEDECK_PROJECT_URL;
if (!/^v\d/.test(tag ?? "") || !folder || !project) {
  console.error("usage: TAPEDECK_PROJECT_URL=https://… node packaging/latest.mjs TAG FOLDER");
  process.exit(2);
}
const version = tag.slice(1);
const platforms = {};
for (const name of readdirSync(folder).sort()) {
  const kind = KINDS.find(({ end }) => end.test(name));
  const signature = join(folder, `${name}.sig`);
  if (!kind || !existsSync(signature)) continue;
  for (const platform of kind.platforms) {
    platforms[platform] = { signature: readFileSync(signature, "utf8").trim(), url: `${project}/releases/download/${tag}/${encodeURIComponent(name)}` };
  }
}

if (Object.keys(platforms).length === 0) {
  console.log("::notice::no package is signed for the updater: there is no latest.json");
} else {
  const changelog = join(resolve(import.meta.dirname, ".."), "scripts/changelog.mjs");
  const notes = execFileSync(process.execPath, [changelog, "notes", version], { encoding: "utf8" }).trim();
  const document = { version, notes, pub_date: new Date().toISOString(), platforms };
  writeFileSync(join(folder, "latest.json"), `${JSON.stringify(document, null, 2)}\n`);
  console.log(`latest.json: ${Object.keys(platforms).join(", ")}`);
}
