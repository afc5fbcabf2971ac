// A clean system over the one that scripts/clean-root made: an overlay, so that what a package does to it can be read off, and so
// that the next test begins anew. Only in a mount namespace of its own (scripts/test-package): the mounts end with it.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const run = (program, ...args) => execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

export class CleanRoot {
  constructor(base) {
    this.folder = mkdtempSync(join(tmpdir(), "tapedeck-package-"));
    this.path = join(this.folder, "root");
    // What the system got on top of the clean one.
    this.changes = join(this.folder, "changes");
    const work = join(this.folder, "work");
    for (const folder of [this.path, this.changes, work]) mkdirSync(folder);
    run("mount", "-t", "overlay", "overlay", "-o", `lowerdir=${base},upperdir=${this.changes},workdir=${work}`, this.path);
    run("mount", "-t", "proc", "proc", join(this.path, "proc"));
    run("mount", "--rbind", "/dev", join(this.path, "dev"));
    // No one's account: whoever installs a package is not who uses it.
    this.run("useradd", "--create-home", "--uid", "1000", "person");
    this.home = join(this.path, "home/person");
  }

  /** A command in the clean system, as root; it must succeed. */
  run(...command) {
    return run("chroot", this.path, "env", "LC_ALL=C.UTF-8", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND=noninteractive", ...command);
  }

  /** A command as the person; what comes of it. */
  asPerson(...command) {
    const inside = ["env", "-i", "HOME=/home/person", "PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", ...command];
    return spawnSync("chroot", ["--userspec=person", this.path, ...inside], { encoding: "utf8", timeout: 60_000 });
  }

  /** A program outside that runs one inside, as the person, with the display and whatever WebDriver hands down. */
  launcher(program) {
    const path = join(this.folder, "launch");
    // The session bus, its keyring and its folders are in places that this system does not have.
    const unset = ["DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "TAPEDECK_DATA_DIR", "TAPEDECK_TEST_RECORD_IPC"];
    const inside = `env ${unset.map((name) => `-u ${name}`).join(" ")} HOME=/home/person USER=person PATH=/usr/bin:/bin`;
    writeFileSync(path, `#!/bin/sh\nexec chroot --userspec=person ${this.path} ${inside} ${program} "$@"\n`, { mode: 0o755 });
    return path;
  }

  /** Every file under a folder of the clean system, from its root. */
  files(folder = this.path) {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() || entry.isSymbolicLink())
      .map((entry) => `${join(entry.parentPath, entry.name).slice(folder.length)}`)
      .sort();
  }

  close() {
    run("umount", "--recursive", "--lazy", this.path);
    // Should a mount be left after all, what is behind it stays.
    run("rm", "-rf", "--one-file-system", this.folder);
  }
}
