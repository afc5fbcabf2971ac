// How fast the window opens, what it holds in memory and how it answers, against the same shell with an empty page
// (src-tauri/examples/empty_shell). `make bench` runs this; by itself: `scripts/bench-window [starts] [memory] [answers] [growth]`.
//
// Starts are told by the picture on a display of our own: from the start of the process until the display shows what it shows
// once everything has come to rest. What is compared is measured in turn, in one run.

import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { WebDriver } from "../e2e/webdriver.mjs";
import { Display, differing, ended } from "./display.mjs";
import { memory, total } from "./processes.mjs";

const root = resolve(import.meta.dirname, "../..");
const target = join(resolve(root, process.env.CARGO_TARGET_DIR ?? "target"), "release");
const ROUNDS = Number(process.env.TAPEDECK_BENCH_ROUNDS ?? 11);
const IDLE = 10_000;
// All parts, or those that are named.
const wanted = (part) => process.argv.length < 3 || process.argv.includes(part);
const ENVIRONMENTS = ["dev", "tst", "int", "stg", "prd", "qa1", "pre", "dr1"];

const folder = mkdtempSync(join(tmpdir(), "tapedeck-bench-"));
const home = join(folder, "home");
mkdirSync(home);
let environment;
let keyring;

function cli(data, args, input = "", mayFail = false) {
  const { status, stderr } = spawnSync(join(target, "tapedeck"), ["--data-dir", data, ...args], { env: environment, input, encoding: "utf8" });
  if (status !== 0 && !mayFail) throw new Error(`tapedeck ${args.join(" ")}: exit ${status}: ${stderr}`);
}

// A port that nobody listens to.
function closedPort() {
  return new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

// A data folder with so many databases and environments, where each cell was tested.
async function filled(databases, environments) {
  const data = join(folder, `${databases}x${environments}`);
  const slugs = ENVIRONMENTS.slice(0, environments);
  const port = await closedPort();
  const scheme = ["postgresql", "mysql", "mongodb"];
  const record = {
    format: "tapedeck",
    version: 1,
    products: [{
      tag: "shop",
      name: "Shop",
      environments: slugs.map((slug) => ({ slug, env_name: slug.toUpperCase() })),
      databases: Array.from({ length: databases }, (_, number) => ({
        type: scheme[number % 3],
        tag: `database-${number}`,
        name: `Database ${number}`,
        envs: slugs.map((slug) => ({ slug, connection_url: `${scheme[number % 3]}://app@127.0.0.1:${port}/orders_${slug}` })),
      })),
    }],
  };
  const file = join(folder, "import.json");
  writeFileSync(file, JSON.stringify(record));
  cli(data, ["import", file]);
  cli(data, ["test", "shop", "--quiet"], "", true);
  return data;
}

const empty = { program: join(target, "examples/empty_shell"), args: [join(folder, "empty")] };
const window = (data) => ({ program: join(target, "tapedeck-desktop"), args: ["--data-dir", data] });

function start({ program, args }) {
  const child = spawn(program, args, { env: environment, stdio: "ignore" });
  child.on("error", (error) => console.error(`${program}: ${error.message}`));
  return child;
}

// The picture that a program shows in the end.
async function finalPicture(display, what) {
  const before = display.picture();
  const child = start(what);
  while (differing(display.picture(), before) === 0) await sleep(20);
  const picture = await display.settled();
  await ended(child);
  return picture;
}

async function started(display, what) {
  const since = performance.now();
  const child = start(what);
  const shown = await display.shows(what.picture);
  return { child, took: shown - since };
}

// From a click on a cell to the first change of the picture.
async function answered(display) {
  const before = display.picture();
  const since = performance.now();
  spawnSync("xdotool", ["mousemove", "400", "200", "click", "1"], { env: environment });
  while (differing(display.picture(), before) === 0) {
    if (performance.now() - since > 10_000) throw new Error("a click was not answered");
    await sleep(1);
  }
  return performance.now() - since;
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
const line = (name, figure, goal) => console.log(`${name}: ${figure} (${goal})`);
const ms = (number) => `${number.toFixed(number < 100 ? 1 : 0)} ms`;

async function starts(display, small, large) {
  const times = { empty: [], small: [], large: [], click: [] };
  // The first of each fills the caches of the web view and of the system; it also tells what will be shown.
  for (const what of [empty, small, large]) what.picture = await finalPicture(display, what);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, what] of [["empty", empty], ["small", small], ["large", large]]) {
      const { child, took } = await started(display, what);
      times[name].push(took);
      if (name === "small") times.click.push(await answered(display));
      await ended(child);
      await sleep(300);
    }
  }
  const [none, few, many] = [median(times.empty), median(times.small), median(times.large)];
  line("Window, start of the empty shell", ms(none), `median of ${ROUNDS} in turn with the next; no goal`);
  line("Window, start to 50 × 5", `${ms(few)}, ${(few / none).toFixed(2)} × the empty shell`, `median of ${ROUNDS}; goal ≤ 1.25 ×`);
  line("Window, start to 50 × 5, in time", ms(few), "goal ≤ 1000 ms");
  line("Window, start to 1,000 × 8", `${ms(many)}, ${(many / few).toFixed(2)} × 50 × 5`, `median of ${ROUNDS}; goal ≤ 1.5 ×`);
  line("Window, the first click answered", ms(median(times.click)), "at once after the start, the click's own way included; no goal");
}

async function memories(display, small) {
  for (const what of [empty, small]) what.picture ??= await finalPicture(display, what);
  const sums = { empty: [], small: [] };
  let parts;
  for (let round = 0; round < 3; round += 1) {
    for (const [name, what] of [["empty", empty], ["small", small]]) {
      const { child } = await started(display, what);
      await sleep(IDLE);
      const processes = memory(child.pid);
      sums[name].push(total(processes));
      console.log(`  ${name}: ${processes.map((each) => `${each.name} ${each.megabytes.toFixed(0)} MB`).join(", ")}`);
      await ended(child);
    }
  }
  const [none, few] = [median(sums.empty), median(sums.small)];
  line("Window, memory of the empty shell", `${none.toFixed(0)} MB`, `PSS of all processes, idle; median of 3 in turn; no goal`);
  line("Window, memory with 50 × 5", `${few.toFixed(0)} MB, ${(few / none).toFixed(2)} × the empty shell`, "goal ≤ 1.2 ×");
}

// A function that runs a body in the page and waits for what it returns, however long it takes.
const inPage = (page) => async (body, limit = 120_000) => {
  await page.run(`window.__bench = null; (async () => { ${body} })().then((found) => { window.__bench = { found }; }, (error) => { window.__bench = { error: String(error) }; });`);
  const { found, error } = await page.until("the page measures", () => page.run("return window.__bench;"), limit);
  if (error) throw new Error(error);
  return found;
};

async function driven(what, use) {
  const port = await closedPort();
  const nativePort = await closedPort();
  const args = ["--port", port, "--native-port", nativePort].map(String);
  const driver = spawn("tauri-driver", args, { env: environment, stdio: "ignore" });
  try {
    await sleep(1_500);
    const page = await WebDriver.open(`http://127.0.0.1:${port}`, what.program, what.args);
    await page.byId("matrix", 60_000);
    await sleep(3_000);
    await use(page, driver.pid);
    await page.close();
  } finally {
    await ended(driver);
  }
}

// One cell after another is opened, its description is changed and put back, and it is closed: what that leaves behind.
const ROUNDS_OF_EDITING = 1_000;
async function growth(small) {
  await driven(small, async (page, pid) => {
    const run = inPage(page);
    const rounds = (count) => run(`
      const by = (name) => document.querySelector('[data-testid="' + name + '"]');
      const until = async (look, what) => {
        const end = performance.now() + 10000;
        for (;;) {
          const found = look();
          if (found) return found;
          if (performance.now() > end) throw new Error('never: ' + what);
          await new Promise((done) => setTimeout(done, 4));
        }
      };
      const write = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
      const typed = (field, text) => { write.call(field, text); field.dispatchEvent(new Event('input', { bubbles: true })); };
      for (let round = 0; round < ${count}; round += 1) {
        const cells = [...document.querySelectorAll('[data-testid^="cell-database-"]')];
        cells[round % cells.length].click();
        await until(() => by('drawer'), 'the drawer');
        (await until(() => by('tab-connection'), 'its tab')).click();
        const field = await until(() => by('config-description'), 'the description');
        const before = field.value;
        typed(field, 'round ' + round);
        await until(() => !by('save').disabled, 'something to save');
        typed(field, before);
        by('drawer-close').click();
        await until(() => !by('drawer'), 'closed');
      }
      return true;`, 600_000);
    const held = async () => {
      await sleep(IDLE);
      return total(memory(pid));
    };
    // What is loaded once is loaded now, and the web view's caches are full.
    await rounds(200);
    const before = await held();
    await rounds(ROUNDS_OF_EDITING);
    const after = await held();
    line("Window, memory after 1,000 rounds", `${after.toFixed(0)} MB, ${(after / before).toFixed(2)} × before`, "each opens a cell, edits and closes it; goal ≤ 1.05 ×");
  });
}

// In the page, by WebDriver: how long until the core's answer is an object of the page, how long frames and keystrokes take.
async function answers(large) {
  await driven(large, async (page) => {
    const run = inPage(page);
    const fetched = await run(`
      const invoke = (command, args) => window.__TAURI_INTERNALS__.invoke(command, args);
      const [product] = await invoke('product_list');
      const times = [];
      for (let round = 0; round < 20; round += 1) {
        const since = performance.now();
        await invoke('matrix_load', { productId: product.id });
        times.push(performance.now() - since);
      }
      return times;`);
    line("Window, fetchAll of 1,000 × 8 to the page", ms(median(fetched)), `median of ${fetched.length}, best ${ms(Math.min(...fetched))}; goal ≤ 60 ms`);
    const scrolled = await run(`
      const grid = document.querySelector('[data-testid=matrix]');
      const times = [];
      const frame = () => new Promise(requestAnimationFrame);
      await frame();
      let last = performance.now();
      for (let step = 0; step < 120; step += 1) {
        grid.scrollTop += 240;
        await frame();
        const now = performance.now();
        times.push(now - last);
        last = now;
      }
      grid.scrollTop = 0;
      return times;`);
    line("Window, the longest frame of a scroll", ms(Math.max(...scrolled)), `1,000 × 8, ${scrolled.length} frames, median ${ms(median(scrolled))}; goal ≤ 50 ms`);
    await page.run(`
      window.__echoes = [];
      const filter = document.querySelector('[data-testid=filter]');
      filter.focus();
      filter.addEventListener('keydown', () => {
        const since = performance.now();
        requestAnimationFrame(() => setTimeout(() => window.__echoes.push(performance.now() - since)));
      }, true);`);
    for (let round = 0; round < 3; round += 1) {
      for (const key of "database-7") {
        await page.keys(key, "filter");
        await sleep(120);
      }
      for (let each = 0; each < 10; each += 1) {
        await page.keys("\uE003", "filter");
        await sleep(120);
      }
    }
    const echoes = await page.run("return window.__echoes;");
    line("Window, the slowest keystroke's echo", ms(Math.max(...echoes)), `filtering 1,000 × 8, ${echoes.length} keystrokes, median ${ms(median(echoes))}; goal ≤ 50 ms`);
  });
}

const display = await Display.start();
const bus = spawn("dbus-daemon", ["--session", "--nofork", "--print-address"], { stdio: ["ignore", "pipe", "ignore"] });
try {
  const address = await new Promise((done) => bus.stdout.once("data", (text) => done(String(text).trim())));
  environment = {
    PATH: `${join(root, ".tools/bin")}:${process.env.PATH}`,
    HOME: home,
    LANG: "C.UTF-8",
    DISPLAY: display.name,
    DBUS_SESSION_BUS_ADDRESS: address,
    // No GPU here; and the same fonts and theme on every machine.
    WEBKIT_DISABLE_DMABUF_RENDERER: "1",
    GTK_THEME: "Adwaita",
    GDK_BACKEND: "x11",
    // One that fades after some seconds would be waited for.
    GTK_OVERLAY_SCROLLING: "0",
    NO_AT_BRIDGE: "1",
    XDG_DATA_HOME: join(home, "data"),
    XDG_RUNTIME_DIR: join(home, "runtime"),
  };
  // A keyring that answers, as on a person's desktop: without one the window waits to say so, and that is what would be timed.
  for (const each of [environment.XDG_DATA_HOME, environment.XDG_RUNTIME_DIR]) mkdirSync(each, { mode: 0o700 });
  keyring = spawn("gnome-keyring-daemon", ["--foreground", "--unlock", "--components=secrets", `--control-directory=${join(environment.XDG_RUNTIME_DIR, "keyring")}`], {
    env: environment,
    stdio: ["pipe", "ignore", "ignore"],
  });
  keyring.stdin.end("bench");
  await sleep(1_000);
  const small = window(await filled(50, 5));
  const large = window(await filled(1_000, 8));
  if (wanted("starts")) await starts(display, small, large);
  if (wanted("memory")) await memories(display, small);
  if (wanted("answers")) await answers(large);
  if (wanted("growth")) await growth(small);
} finally {
  if (keyring) await ended(keyring);
  await ended(bus);
  await display.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
