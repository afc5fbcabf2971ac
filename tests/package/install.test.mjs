// What a person gets who installs the .deb: in a system that has its dependencies and nothing else, installed by dpkg, used as
// an ordinary account, and removed. The steps build on each other.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, before } from "node:test";
import { gunzipSync } from "node:zlib";
import { Desktop, steps } from "../e2e/desktop.mjs";
import { WebDriver } from "../e2e/webdriver.mjs";
import { CleanRoot } from "./root.mjs";

const root = resolve(import.meta.dirname, "../..");
const packages = process.env.TAPEDECK_TEST_PACKAGES;
const version = readFileSync(join(root, "Cargo.toml"), "utf8").match(/^version = "([^"]+)"$/m)[1];
const deb = join(packages, readdirSync(packages).find((name) => name.endsWith(".deb")));
const DATA = "home/person/.local/share/tapedeck";

let system;
let desktop;

before(async () => {
  system = new CleanRoot(process.env.TAPEDECK_TEST_ROOT);
  desktop = await Desktop.start({ log: "info" });
}, { timeout: 60_000 });

after(async () => {
  await desktop?.stop();
  system?.close();
});

const step = steps(() => desktop);
const at = (path) => join(system.path, path);
const text = (path) => readFileSync(at(path), "utf8");
const ofPackage = () => system.run("dpkg", "--listfiles", "tapedeck").trim().split("\n");

step("it installs where only its dependencies are, without a script of its own", async () => {
  writeFileSync(at("tmp/tapedeck.deb"), readFileSync(deb));
  system.run("dpkg", "--force-unsafe-io", "--install", "/tmp/tapedeck.deb");
  assert.equal(system.run("dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}", "tapedeck"), `installed ${version.replace("-", "~")}`);
  assert.equal(system.run("dpkg", "--verify", "tapedeck"), "", "each file is as it was packed");
  const scripts = readdirSync(at("var/lib/dpkg/info")).filter((name) => /^tapedeck\.(pre|post)(inst|rm)$/.test(name));
  assert.deepEqual(scripts, [], "nothing runs at installation or removal");
  for (const program of ["tapedeck", "tapedeck-desktop"]) {
    assert.equal(system.asPerson(program, "--version").stdout, `${program} ${version}\n`);
  }
});

step("every file belongs to root, and only the programs can be run", async () => {
  for (const line of spawnSync("dpkg-deb", ["--contents", deb], { encoding: "utf8" }).stdout.trim().split("\n")) {
    const [mode, owner, , , , path] = line.split(/\s+/);
    assert.equal(owner, "root/root", line);
    const wanted = mode.startsWith("d") || path.startsWith("./usr/bin/") ? /^.rwxr-xr-x$/ : /^-rw-r--r--$/;
    assert.match(mode, wanted, line);
  }
});

step("the desktop is told of the window, with an icon of every size, and of exported products", async () => {
  const entry = at("usr/share/applications/tapedeck-desktop.desktop");
  const checked = spawnSync("desktop-file-validate", [entry], { encoding: "utf8" });
  assert.equal(checked.stdout + checked.stderr, "");
  const [, program] = readFileSync(entry, "utf8").match(/^Exec=(\S+)/m);
  assert.ok(existsSync(at(`usr/bin/${program}`)));
  const [, icon] = readFileSync(entry, "utf8").match(/^Icon=(\S+)/m);
  for (const size of [16, 22, 24, 32, 48, 64, 96, 128, 256, 512]) {
    const png = readFileSync(at(`usr/share/icons/hicolor/${size}x${size}/apps/${icon}.png`));
    assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [size, size]);
  }
  assert.match(text(`usr/share/icons/hicolor/scalable/apps/${icon}.svg`), /<svg /);

  const metainfo = at("usr/share/metainfo/io.tapedeck.Tapedeck.metainfo.xml");
  const validated = spawnSync("appstreamcli", ["validate", "--no-net", metainfo], { encoding: "utf8" });
  assert.equal(validated.status, 0, validated.stdout);
  assert.ok(readFileSync(metainfo, "utf8").includes(`<release version="${version}"`), "the store shows this version");
});

step("an exported product is known by its name, and by what is in it", async () => {
  const tapedeck = (...args) => {
    const { status, stdout, stderr } = system.asPerson("tapedeck", "--data-dir", "/tmp/other", ...args);
    assert.equal(status, 0, stderr);
    return stdout;
  };
  tapedeck("product", "create", "shop", "--name", "Shop");
  const exported = tapedeck("export", "shop");
  const kind = (name) => {
    writeFileSync(at(`tmp/${name}`), exported);
    const { stdout } = spawnSync("gio", ["info", "--attributes=standard::content-type", at(`tmp/${name}`)], {
      encoding: "utf8",
      env: { ...process.env, XDG_DATA_DIRS: at("usr/share"), XDG_DATA_HOME: at("tmp/none") },
    });
    return stdout.match(/content-type: (\S+)/)?.[1];
  };
  assert.equal(kind("shop.tapedeck.json"), "application/vnd.tapedeck+json");
  assert.equal(kind("renamed.json"), "application/vnd.tapedeck+json");
});

step("there is a manual page for each command, and completions for three shells", async () => {
  const page = (name) => gunzipSync(readFileSync(at(`usr/share/man/man1/${name}.1.gz`))).toString();
  assert.ok(page("tapedeck").includes(`.TH tapedeck 1  "tapedeck ${version}"`));
  for (const command of ["product-create", "db-create", "export", "migration-run"]) assert.match(page(`tapedeck-${command}`), /^\.SH OPTIONS$/m);
  assert.equal(page("tapedeck-desktop"), ".so man1/tapedeck.1\n");

  const completed = system.asPerson(
    ...["bash", "-c", 'source "$0"; COMP_WORDS=(tapedeck mig); COMP_CWORD=1; _tapedeck tapedeck mig tapedeck; echo "${COMPREPLY[*]}"'],
    "/usr/share/bash-completion/completions/tapedeck",
  );
  assert.equal(completed.stdout.trim(), "migration", completed.stderr);
  assert.match(text("usr/share/zsh/vendor-completions/_tapedeck"), /^#compdef tapedeck/);
  assert.match(text("usr/share/fish/vendor_completions.d/tapedeck.fish"), /complete -c tapedeck .*-a "migration"/);
});

step("licences, and the list of what it is built from, come along", async () => {
  const copyright = text("usr/share/doc/tapedeck/copyright");
  assert.match(copyright, /^License: Apache-2\.0 or Expat$/m);
  const others = gunzipSync(readFileSync(at("usr/share/doc/tapedeck/third-party-licences.txt.gz"))).toString();
  for (const name of ["tauri", "tokio", "react"]) assert.match(others, new RegExp(`^${name} \\d[^:]*: .*MIT`, "m"));
  assert.ok(others.includes("Permission is hereby granted"));
  const changes = spawnSync("dpkg-parsechangelog", ["-l", at("usr/share/doc/tapedeck/changelog.gz"), "-S", "Version"], { encoding: "utf8" });
  assert.equal(changes.stdout.trim(), version.replace("-", "~"), changes.stderr);
  assert.ok(gunzipSync(readFileSync(at("usr/share/doc/tapedeck/CHANGELOG.md.gz"))).toString().startsWith("# Changelog"));
});

step("the window starts from an empty home, and its first product shows an empty matrix", async () => {
  const window = await WebDriver.open(desktop.webdriver, system.launcher("/usr/bin/tapedeck-desktop"), []);
  try {
    await window.byId("first-run", 60_000);
    await window.click("way-create");
    await window.type("product-name", "Shop");
    await window.click("product-create");
    await window.byId("matrix-empty");
    desktop.screenshot("installed-window");
    const entry = text("usr/share/applications/tapedeck-desktop.desktop");
    // A double click on an exported product: the menu entry is for its type, and the window that is open shows what it would do.
    assert.match(entry, /^MimeType=application\/vnd\.tapedeck\+json;$/m);
    const [, opener] = entry.match(/^Exec=(\S+) %f$/m);
    assert.equal(system.asPerson(opener, "/tmp/shop.tapedeck.json").status, 0);
    await window.click("import-open");
    await window.byId("import-apply");
    assert.match(await window.run("return document.querySelector('[role=dialog]').innerText;"), /Import shop\.tapedeck\.json/);
    desktop.screenshot("installed-import");
    await window.keys("\uE00C", "import-apply");
    await window.gone("import-apply");
    // What the menu entry's own action starts.
    const [, ...action] = entry.match(/^Exec=(\S+) (--\S+)$/m);
    assert.equal(system.asPerson(...action).status, 0);
    await window.until("another window", async () => (await window.handles()).length === 2);
  } finally {
    await window.close();
  }
  // The command that came with it sees the same catalog, in the usual place.
  assert.match(system.asPerson("tapedeck", "product", "list").stdout, /\bshop\b/);
  assert.ok(existsSync(at(DATA)));
});

step("removed and purged, nothing of it is left but what the person made", async () => {
  const listed = ofPackage();
  const kept = system.files(at(DATA)).map((path) => [path, readFileSync(join(at(DATA), path)).toString("base64")]);
  assert.ok(kept.some(([path]) => /catalog/.test(path)), `${kept.map(([path]) => path)}`);

  system.run("dpkg", "--force-unsafe-io", "--remove", "tapedeck");
  system.run("dpkg", "--purge", "tapedeck");

  const directories = new Set(readdirSync(process.env.TAPEDECK_TEST_ROOT, { recursive: true, encoding: "utf8" }).map((path) => `/${path}`));
  for (const path of listed.filter((path) => path !== "/." && !directories.has(path))) assert.ok(!existsSync(at(path)), `${path} is left`);
  // Nor where triggers of other packages keep what they read: menus, types, icons. dpkg's own log may tell of it.
  const ours = (path) => !/^\/(var\/log|var\/lib\/dpkg|tmp|home|proc|dev)\//.test(path);
  for (const path of system.files(system.changes).filter(ours)) {
    if (!existsSync(at(path))) continue;
    assert.doesNotMatch(path, /tapedeck/i, "a file of that name is left");
    assert.ok(!readFileSync(at(path)).includes("tapedeck"), `${path} still speaks of it`);
  }
  const now = system.files(at(DATA)).map((path) => [path, readFileSync(join(at(DATA), path)).toString("base64")]);
  assert.deepEqual(now, kept, "what the person made is as it was");
});
