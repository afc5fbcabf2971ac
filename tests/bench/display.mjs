// A display whose picture is read from the file that Xvfb keeps it in: what a person would see, with no code in the program
// that is measured and no work for it.

import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

// Every so many lines of the picture are looked at: enough to meet each row of a table, and read in some microseconds.
const STEP = 9;
// A picture is taken for the one that is expected when it differs from it in fewer points than a cursor has.
const TOLERANCE = 24;

export class Display {
  static async start(size = "1280x800") {
    const display = new Display();
    display.folder = mkdtempSync(join(tmpdir(), "tapedeck-display-"));
    const options = ["-displayfd", "1", "-screen", "0", `${size}x24`, "-nolisten", "tcp", "-fbdir", display.folder];
    display.server = spawn("Xvfb", options, { stdio: ["ignore", "pipe", "ignore"] });
    display.server.on("error", (error) => console.error(`Xvfb: ${error.message}`));
    for await (const line of createInterface({ input: display.server.stdout })) {
      display.name = `:${line.trim()}`;
      break;
    }
    if (!display.name) throw new Error("Xvfb did not start");
    // A dump as `xwd` makes it: a header of big-endian numbers, the colours, the points.
    const path = join(display.folder, "Xvfb_screen0");
    const header = readFileSync(path).subarray(0, 100);
    display.first = header.readUInt32BE(0) + header.readUInt32BE(76) * 12;
    display.height = header.readUInt32BE(20);
    display.line = header.readUInt32BE(48);
    display.file = openSync(path, "r");
    return display;
  }

  // The picture as it is at this moment.
  picture() {
    const lines = Math.floor(this.height / STEP);
    const points = Buffer.alloc(lines * this.line);
    for (let line = 0; line < lines; line += 1)
      readSync(this.file, points, line * this.line, this.line, this.first + line * STEP * this.line);
    return new Uint32Array(points.buffer, points.byteOffset, points.length / 4);
  }

  // Until the picture is the expected one; answers when that was seen.
  async shows(expected, limit = 30_000) {
    const end = performance.now() + limit;
    for (;;) {
      const now = performance.now();
      if (differing(this.picture(), expected) <= TOLERANCE) return now;
      if (now > end) throw new Error("the expected picture never came");
      await sleep(1);
    }
  }

  // Until the picture has been the same for a while; answers it.
  async settled(quiet = 2_500, limit = 60_000) {
    const end = performance.now() + limit;
    let last = this.picture();
    let since = performance.now();
    while (performance.now() - since < quiet) {
      await sleep(50);
      const next = this.picture();
      if (differing(next, last) > TOLERANCE) since = performance.now();
      last = next;
      if (performance.now() > end) throw new Error("the picture never came to rest");
    }
    return last;
  }

  async stop() {
    closeSync(this.file);
    await ended(this.server);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

// In how many points two pictures differ; stops counting where it no longer matters.
export function differing(one, other) {
  let points = 0;
  for (let at = 0; at < one.length && points <= TOLERANCE; at += 1) if (one[at] !== other[at]) points += 1;
  return points;
}

// Ends a process that this one started, by force when it does not listen.
export async function ended(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((done) => child.once("exit", done));
  child.kill("SIGTERM");
  if ((await Promise.race([gone.then(() => true), sleep(5_000)])) !== true) child.kill("SIGKILL");
  await gone;
}
