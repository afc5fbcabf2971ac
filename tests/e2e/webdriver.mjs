// A WebDriver client in one file: the protocol is a dozen JSON calls, and a test has to wait for what it looks for in
// its own way anyhow. https://www.w3.org/TR/webdriver2/

import { setTimeout as sleep } from "node:timers/promises";

const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
// https://www.w3.org/TR/webdriver2/#keyboard-actions
export const KEYS = {
  backspace: "\uE003", tab: "\uE004", enter: "\uE007", shift: "\uE008", control: "\uE009", escape: "\uE00C", space: "\uE00D",
  end: "\uE010", home: "\uE011", left: "\uE012", right: "\uE014", down: "\uE015", f8: "\uE038", f10: "\uE03A",
};

export class WebDriver {
  constructor(server, session) {
    this.base = `${server}/session/${session}`;
  }

  // Opens the window: WebDriver starts the program itself.
  static async open(server, application, args) {
    const { sessionId } = await call("POST", `${server}/session`, {
      capabilities: {
        alwaysMatch: { browserName: "wry", "tauri:options": { application, args } },
      },
    });
    return new WebDriver(server, sessionId);
  }

  close() {
    return call("DELETE", this.base);
  }

  run(script, ...args) {
    return call("POST", `${this.base}/execute/sync`, { script, args });
  }

  // A script that calls its last argument with the answer.
  runAsync(script, ...args) {
    return call("POST", `${this.base}/execute/async`, { script, args });
  }

  handles() {
    return call("GET", `${this.base}/window/handles`);
  }

  switchTo(handle) {
    return call("POST", `${this.base}/window`, { handle });
  }

  // Asks until the answer is neither an error nor empty; the last fault is what a failed test shows.
  async until(what, look, limit = 30_000) {
    const end = Date.now() + limit;
    let last;
    for (;;) {
      try {
        const found = await look();
        if (found) return found;
        last = `last answer: ${JSON.stringify(found)}`;
      } catch (error) {
        last = error.message;
      }
      if (Date.now() > end) throw new Error(`${what}: not within ${limit} ms (${last})`);
      await sleep(40);
    }
  }

  async find(selector, limit) {
    const element = await this.until(
      selector,
      () => call("POST", `${this.base}/element`, { using: "css selector", value: selector }),
      limit,
    );
    return `${this.base}/element/${element[ELEMENT]}`;
  }

  // Elements of this front end are named by `data-testid` (ui/TESTING.md).
  byId(id, limit) {
    return this.find(id.startsWith("[") ? id : `[data-testid="${id}"]`, limit);
  }

  // A list that scrolls or an element that React replaced a moment ago: found and clicked anew until it takes it.
  async click(id) {
    await this.until(`click ${id}`, async () => {
      await call("POST", `${await this.byId(id, 2_000)}/click`, {});
      return true;
    });
  }

  async type(id, text) {
    const element = await this.byId(id);
    await call("POST", `${element}/click`, {});
    // Ctrl-A and over it: `clear` makes no input event that React hears.
    await call("POST", `${element}/value`, { text: `${KEYS.control}a${KEYS.control}${text}` });
  }

  async keys(text, id) {
    const element = id ? await this.byId(id) : await this.active();
    await call("POST", `${element}/value`, { text });
  }

  // A key with a modifier, to what has the focus.
  chord(modifier, key) {
    return this.keys(`${modifier}${key}${modifier}`);
  }

  // The test id of what has the focus.
  focused() {
    return this.run("return document.activeElement?.closest('[data-testid]')?.dataset.testid ?? null;");
  }

  // By one key alone to a control: Tab in a form, an arrow in a menu. A control that the key does not reach fails.
  async goTo(id, key = KEYS.tab, modifier = "") {
    await this.byId(id);
    const passed = [];
    for (let press = 0; press < 80; press += 1) {
      const at = await this.focused();
      if (at === id) return;
      passed.push(at);
      await this.keys(modifier ? `${modifier}${key}${modifier}` : key);
    }
    throw new Error(`${id} is not reached: ${passed.join(", ")}`);
  }

  async active() {
    const element = await call("GET", `${this.base}/element/active`);
    return `${this.base}/element/${element[ELEMENT]}`;
  }

  // All the text in it, also what is cut off by an ellipsis.
  async text(id, limit) {
    await this.byId(id, limit);
    return this.run("return document.querySelector(`[data-testid=\"${arguments[0]}\"]`)?.textContent ?? '';", id);
  }

  // What the element is now, without waiting for it: null where there is none.
  attribute(id, name) {
    return this.run(
      "const found = document.querySelector(`[data-testid=\"${arguments[0]}\"]`); return found && found.getAttribute(arguments[1]);",
      id,
      name,
    );
  }

  exists(id) {
    return this.run('return document.querySelector(`[data-testid="${arguments[0]}"]`) !== null;', id);
  }

  async gone(id, limit) {
    await this.until(`${id} goes`, async () => !(await this.exists(id)), limit);
  }
}

async function call(method, url, body) {
  if (process.env.TAPEDECK_TEST_TRACE) console.error(method, url.slice(60), JSON.stringify(body)?.slice(0, 120) ?? "");
  const answer = await fetch(url, {
    method,
    // A window that hangs is a fault to be told, not waited for.
    signal: AbortSignal.timeout(30_000),
    ...(body ? { body: JSON.stringify(body), headers: { "content-type": "application/json" } } : {}),
  });
  const { value } = await answer.json();
  if (!answer.ok) throw new Error(`${value?.error ?? answer.status}: ${value?.message ?? ""}`.slice(0, 500));
  return value;
}
