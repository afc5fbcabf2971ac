// The command lines and environments of every process that a test starts, however deep and short-lived. A thread of its
// own looks many times a second, since the test itself stands still while it waits for a command.

import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

const PERIOD = 10;

/** Watches what descends from this process. */
export class ProcessWatch {
  static start() {
    const watch = new ProcessWatch();
    watch.worker = new Worker(fileURLToPath(import.meta.url), { workerData: { root: process.pid } });
    return watch;
  }

  /** What was seen since the start: `{ pid, program, cmdline, environ }`, each different one once. */
  seen() {
    return new Promise((done, failed) => {
      const bytes = (seen) => seen.map(({ cmdline, environ, ...rest }) => ({ ...rest, cmdline: Buffer.from(cmdline), environ: Buffer.from(environ) }));
      this.worker.once("message", (seen) => done(bytes(seen))).once("error", failed);
      this.worker.postMessage("seen");
    });
  }

  async stop() {
    await this.worker.terminate();
  }
}

/** The processes that descend from one, without those that a private server of the tests started. */
export function* descendants(pid) {
  for (const child of children(pid)) {
    const program = read(`/proc/${child}/comm`).toString().trim();
    // The servers and the keyring of the tests know the passwords that they ask for.
    if (program === "serve") continue;
    yield { pid: child, program };
    yield* descendants(child);
  }
}

function children(pid) {
  let tasks = [];
  try {
    tasks = readdirSync(`/proc/${pid}/task`);
  } catch {
    // It has ended since.
  }
  return tasks.flatMap((task) => read(`/proc/${pid}/task/${task}/children`).toString().split(" ").filter(Boolean).map(Number));
}

function read(path) {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}

if (!isMainThread && workerData?.root) {
  const seen = new Map();
  setInterval(() => {
    for (const { pid, program } of descendants(workerData.root)) {
      const [cmdline, environ] = [read(`/proc/${pid}/cmdline`), read(`/proc/${pid}/environ`)];
      // Between fork and exec a child has its parent's; a dead one has none.
      if (cmdline.length > 0) seen.set(`${pid} ${cmdline.toString("latin1")} ${environ.length}`, { pid, program, cmdline, environ });
    }
  }, PERIOD);
  parentPort.on("message", () => parentPort.postMessage([...seen.values()]));
}
