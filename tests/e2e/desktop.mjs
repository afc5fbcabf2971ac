// A desktop of its own for the tests: a display (Xvfb), private servers and a private keyring (the `serve` program of
// crate test-support), and WebDriver. Nothing of the person's own session is seen or touched.

import { spawn, spawnSync } from "node:child_process";
import { createWriteStream, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { WebDriver } from "./webdriver.mjs";

const root = resolve(import.meta.dirname, "../..");
const output = join(import.meta.dirname, "output");
const target = join(resolve(root, process.env.CARGO_TARGET_DIR ?? "target"), "debug");

// Where scripts/setup put tauri-driver, so that a test runs without the scripts too.
process.env.PATH = `${join(root, ".tools/bin")}:${process.env.PATH}`;

export class Desktop {
  children = [];
  // What each command printed: `{ args, status, stdout, stderr }`.
  printed = [];

  // `size` is that of the display, `log` what the programs log.
  static async start({ size = "1280x800", log = "debug" } = {}) {
    const desktop = new Desktop();
    try {
      desktop.folder = mkdtempSync(join(tmpdir(), "tapedeck-e2e-"));
      mkdirSync(output, { recursive: true });
      const [servers, display] = await Promise.all([desktop.#serve(), desktop.#display(size)]);
      desktop.servers = servers;
      const home = join(desktop.folder, "home");
      mkdirSync(home);
      desktop.env = {
        ...process.env,
        ...servers.env,
        HOME: home,
        DISPLAY: display,
        // No GPU here; and the same fonts and theme on every machine.
        WEBKIT_DISABLE_DMABUF_RENDERER: "1",
        GTK_THEME: "Adwaita",
        GDK_BACKEND: "x11",
        NO_AT_BRIDGE: "1",
        TAPEDECK_TEST_RECORD_IPC: "1",
        TAPEDECK_LOG: log,
        RUST_BACKTRACE: "1",
      };
      delete desktop.env.TAPEDECK_DATA_DIR;
      delete desktop.env.WAYLAND_DISPLAY;
      await desktop.#driver();
      return desktop;
    } catch (error) {
      await desktop.stop();
      throw error;
    }
  }

  // Ends what this desktop started, newest first, by its process id.
  async stop() {
    for (const child of this.children.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = new Promise((done) => child.once("exit", done));
      child.stdin?.end();
      if (child.endsWithInput !== true) child.kill("SIGTERM");
      await Promise.race([ended, sleep(5_000)]);
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
    }
    if (this.folder) rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  dataDir(name = "data") {
    return join(this.folder, name);
  }

  async open(dataDir = this.dataDir()) {
    const window = await WebDriver.open(this.webdriver, join(target, "tapedeck-desktop"), ["--data-dir", dataDir]);
    window.messages = () => window.run("return window.__TAPEDECK_TEST_RECEIVED__;");
    return window;
  }

  // The command line over the same data folder and keyring; it must succeed.
  cli(args, options) {
    const { status, stdout, stderr } = this.tryCli(args, options);
    // What the log says at its highest level would hide the error.
    if (status !== 0) throw new Error(`tapedeck ${args.join(" ")}: exit ${status}: ${stderr.replace(/^.*(TRACE|DEBUG).*\n/gm, "")}`);
    return stdout;
  }

  // The same, whatever comes of it.
  tryCli(args, { input, dataDir = this.dataDir(), env = {} } = {}) {
    const { status, stdout, stderr } = spawnSync(join(target, "tapedeck"), ["--data-dir", dataDir, ...args], {
      env: { ...this.env, ...env },
      encoding: "utf8",
      input: input ?? "",
      timeout: 60_000,
      maxBuffer: 64 * 1024 * 1024,
    });
    this.printed.push({ args, status, stdout, stderr });
    return { status, stdout, stderr };
  }

  // Answers the system's own dialog with this title as soon as it is there: a question by a click on its first button or its
  // second, a dialog for files by closing it.
  async answerDialog(title, how) {
    const run = (...args) => spawnSync("xdotool", args, { env: this.env, encoding: "utf8", timeout: 10_000 }).stdout.trim();
    let seen = false;
    for (let tries = 0; tries < 100; tries += 1) {
      const [id] = run("search", "--onlyvisible", "--name", title).split("\n");
      if (seen && !id) return;
      seen ||= Boolean(id);
      if (id && how === "close") {
        // There is no window manager that would give it the focus.
        run("windowfocus", "--sync", id, "key", "Escape");
      } else if (id) {
        const [width, height] = ["WIDTH", "HEIGHT"].map((name) => Number(run("getwindowgeometry", "--shell", id).match(new RegExp(`${name}=(\\d+)`))?.[1]));
        run("mousemove", "--window", id, String(Math.round((width * (how === "yes" ? 1 : 3)) / 4)), String(height - 18), "click", "1");
      }
      await sleep(150);
    }
    throw new Error(`no dialog "${title}" was answered`);
  }

  // Puts a text on the clipboard of the display, as another program would.
  copy(text) {
    const { status, stderr } = spawnSync("xclip", ["-selection", "clipboard"], { env: this.env, input: text, stdio: ["pipe", "ignore", "pipe"], timeout: 10_000 });
    if (status !== 0) throw new Error(`xclip: exit ${status}: ${stderr}`);
  }

  // The text on a clipboard of the display.
  copied(selection = "clipboard") {
    return spawnSync("xclip", ["-selection", selection, "-o"], { env: this.env, encoding: "utf8", timeout: 10_000 }).stdout;
  }

  // What `secret-tool search --all --unlock service tapedeck` finds in the private keyring.
  async keyring() {
    return JSON.parse(await this.#ask("secrets"));
  }

  // The whole display, as a person would see it; `options` are ImageMagick's, between taking and writing. A PNG, unless the
  // name says what else.
  screenshot(name, folder = output, options = []) {
    const path = join(folder, name.includes(".") ? name : `${name}.png`);
    const taken = spawnSync("import", ["-window", "root", ...options, "-strip", path], { env: this.env, encoding: "utf8", timeout: 20_000 });
    return taken.status === 0 ? path : `no picture could be taken: ${taken.stderr ?? taken.error}`;
  }

  async #serve() {
    const child = this.#spawn(join(target, "serve"), [], { stdin: "pipe", log: "serve.log" });
    child.endsWithInput = true;
    const lines = createInterface({ input: child.stdout });
    this.#answers = lines[Symbol.asyncIterator]();
    this.#ask = async (line) => {
      child.stdin.write(`${line}\n`);
      return (await this.#answers.next()).value;
    };
    const { value, done } = await this.#answers.next();
    if (done) throw new Error(`the private servers did not start: ${logged("serve.log")}`);
    return JSON.parse(value);
  }

  #answers;
  #ask;

  async #display(size) {
    // Xvfb chooses a free number and writes it to the descriptor.
    const child = this.#spawn("Xvfb", ["-displayfd", "1", "-screen", "0", `${size}x24`, "-nolisten", "tcp"], {
      log: "xvfb.log",
    });
    for await (const line of createInterface({ input: child.stdout })) return `:${line.trim()}`;
    throw new Error(`Xvfb did not start: ${logged("xvfb.log")}`);
  }

  async #driver() {
    const [port, nativePort] = [await freePort(), await freePort()];
    const driver = "WebKitWebDriver";
    const native = ["/usr/bin", "/usr/local/bin"].map((folder) => join(folder, driver)).find(existsSync) ?? driver;
    const args = ["--port", port, "--native-port", nativePort, "--native-driver", native].map(String);
    this.#spawn("tauri-driver", args, { env: this.env, log: "driver.log" });
    this.webdriver = `http://127.0.0.1:${port}`;
    for (let tries = 0; tries < 100; tries += 1) {
      const ready = await fetch(`${this.webdriver}/status`).catch(() => null);
      if (ready?.ok) return;
      await sleep(50);
    }
    throw new Error(`tauri-driver did not start: ${logged("driver.log")}`);
  }

  #spawn(program, args, { env = process.env, log, stdin = "ignore" }) {
    const child = spawn(program, args, { env, stdio: [stdin, "pipe", "pipe"] });
    child.on("error", (error) => console.error(`${program}: ${error.message}`));
    const file = createWriteStream(join(output, log));
    child.stderr.pipe(file, { end: false });
    if (log === "driver.log") child.stdout.pipe(file, { end: false });
    this.children.push(child);
    return child;
  }

  // Everything the window and WebDriver wrote to the terminal.
  terminal() {
    return logged("driver.log");
  }
}

function logged(name) {
  return readFileSync(join(output, name), "utf8");
}

function freePort() {
  return new Promise((done, failed) => {
    const server = createServer().once("error", failed);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

// The steps of one story, each a test. One that fails leaves a picture of what was on the screen.
export function steps(desktop) {
  return (name, body, timeout = 300_000) =>
    test(name, { timeout }, async () => {
      try {
        await body();
      } catch (error) {
        const picture = desktop().screenshot(`failed-${name.replace(/\W+/g, "-").slice(0, 60)}`);
        error.message += `\nThe screen: ${picture}`;
        throw error;
      }
    });
}
