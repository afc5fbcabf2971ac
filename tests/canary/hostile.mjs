// Arguments as a script would send them that has got into the page: made from the commands as they stand in the sources and
// from the types of their DTOs, then spoiled. The same seed makes the same arguments.

import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");

/** Every command of the window: `{ name, args: [{ name, type }] }`, by the signatures in the sources. */
export function commandMap() {
  const folder = join(root, "src-tauri/src/commands");
  const sources = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8")).join("\n");
  const commands = [...sources.matchAll(/#\[tauri::command\]\s*pub async fn (\w+)\(([^)]*(?:\([^)]*\)[^)]*)*)\)/g)].map(([, name, parameters]) => ({
    name,
    args: [...parameters.matchAll(/(\w+): ([^,<]+(?:<[^>]*>+)?)/g)]
      .map(([, parameter, type]) => ({ name: parameter.replace(/_(\w)/g, (_, letter) => letter.toUpperCase()), type: type.trim() }))
      .filter(({ type }) => !/^(Bench|AppHandle|State|WebviewWindow|Window)\b/.test(type)),
  }));
  return commands.sort((left, right) => (left.name < right.name ? -1 : 1));
}

/** mulberry32: small, and good enough to choose arguments. */
export function generator(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit) => Math.floor(next() * limit);
  return { next, below, one: (choices) => choices[below(choices.length)] };
}

/** Strings that have broken other programs. `known` are ids and paths of this run. */
function texts(known) {
  return [
    "", " ", "\0", "a\0b", "../../etc/passwd", "/etc/passwd", "..\\..\\windows\\win.ini", "file:///etc/passwd", "javascript:alert(1)",
    "http://127.0.0.1:1/", "<img src=x onerror=alert(1)>", "';DROP TABLE products;--", "${jndi:ldap://127.0.0.1/a}", "{{password}}", "$Secret{NAMED}",
    "%00%2e%2e%2f", "\u202egnp.exe", "\u2066\u2069", "\uFEFF", "\u{1F4A9}".repeat(64), "\x1b[2J\x1b]0;title\x07", "__proto__", "constructor", "***",
    "postgresql://", "postgresql://127.0.0.1:1/x?sslrootcert=/etc/passwd&passfile=/etc/passwd", "mysql://127.0.0.1:1/", "mongodb://127.0.0.1:1/?tlsCAFile=/etc/passwd",
    "mongodb+srv://a.invalid/", "host=/etc/passwd", "-1", "NaN", "1e999", "null", "[]", "{", "{\"data\":", "true", "dev", "postgresql", "run-1",
    ...known,
  ];
}

const NUMBERS = [0, 1, -1, 0.5, 255, 65_536, 2 ** 31, 2 ** 32, 2 ** 53, -(2 ** 53), 1e308, 7];

/** A maker of values for the types of commands. */
export class Arguments {
  #random;
  #texts;
  #types = new Map();

  constructor(random, known) {
    this.#random = random;
    this.#texts = texts(known);
  }

  /** Arguments for a command: right by their types, or with one of them spoiled, or none of them right. */
  of(command) {
    const args = {};
    for (const { name, type } of command.args) args[name] = /^Channel</.test(type) ? "channel" : this.#rust(type);
    const names = Object.keys(args);
    if (names.length === 0) return this.#random.below(3) === 0 ? { extra: this.anything() } : args;
    const spoiled = this.#random.one(names);
    switch (this.#random.below(6)) {
      case 0:
        delete args[spoiled];
        return args;
      case 1:
        args[spoiled] = this.anything();
        return args;
      case 2:
        return Object.fromEntries(names.map((name) => [name, this.anything()]));
      case 3:
        args[spoiled] = this.#deepest(args[spoiled]);
        return args;
      default:
        return args;
    }
  }

  text() {
    return this.#random.one(this.#texts);
  }

  /** A value of no type in particular. */
  anything() {
    const { below, one } = this.#random;
    return [
      () => this.text(), () => one(NUMBERS), () => true, () => null, () => [], () => ({}), () => [this.text(), one(NUMBERS), null],
      () => ({ [this.text()]: this.text(), id: this.text(), kind: this.text() }), () => "__DEEP__", () => "__HUGE__",
    ][below(10)]();
  }

  /** The same value with what is in one of its fields replaced. */
  #deepest(value) {
    if (value === null || typeof value !== "object") return this.anything();
    const keys = Object.keys(value);
    if (keys.length === 0) return this.anything();
    const key = this.#random.one(keys);
    return Array.isArray(value) ? value.with(Number(key), this.#deepest(value[key])) : { ...value, [key]: this.#deepest(value[key]) };
  }

  /** A value of a type as the commands write it. */
  #rust(type) {
    const [, outer, inner] = type.match(/^(Option|Vec)<(.*)>$/) ?? [];
    if (outer === "Option") return this.#random.below(3) === 0 ? null : this.#rust(inner);
    if (outer === "Vec") return this.#list(() => this.#rust(inner));
    if (type === "String") return this.text();
    if (type === "bool") return this.#random.below(2) === 0;
    if (/^[ui]\d+$/.test(type)) return this.#random.one(NUMBERS);
    return this.#named(type);
  }

  #list(make) {
    return Array.from({ length: this.#random.below(4) }, make);
  }

  /** A value of a DTO, by its generated TypeScript. */
  #named(name) {
    if (!this.#types.has(name)) {
      const source = readFileSync(join(root, "ui/src/bindings", `${name}.ts`), "utf8");
      const [, body] = source.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\/\/.*$/gm, "").match(/export type \w+ = ([\s\S]*);/) ?? [];
      this.#types.set(name, parse(body));
    }
    return this.#make(this.#types.get(name));
  }

  #make(type) {
    switch (type.kind) {
      case "union":
        return this.#make(this.#random.one(type.of));
      case "literal":
        return type.value;
      case "array":
        return this.#list(() => this.#make(type.of));
      case "map":
        return Object.fromEntries(this.#list(() => [this.text(), this.#make(type.of)]));
      case "object":
        return Object.fromEntries(type.fields.filter((field) => !field.optional || this.#random.below(2) === 0).map((field) => [field.name, this.#make(field.type)]));
      default:
        return this.#simple(type.name);
    }
  }

  #simple(name) {
    if (name === "string") return this.text();
    if (name === "number" || name === "bigint") return this.#random.one(NUMBERS);
    if (name === "boolean") return this.#random.below(2) === 0;
    if (name === "null") return null;
    if (name === "unknown") return this.anything();
    return this.#named(name);
  }
}

/** The types that ts-rs writes: objects, maps, arrays, unions, literals and names. */
function parse(source) {
  const tokens = source.match(/"[^"]*"|\w+|[{}[\]<>|;:,?&()]/g) ?? [];
  let at = 0;
  const take = (token) => {
    if (tokens[at] !== token) throw new Error(`"${token}" was expected at ${tokens.slice(at, at + 6).join(" ")}`);
    at += 1;
  };
  const union = () => {
    const of = [one()];
    while (tokens[at] === "|") {
      at += 1;
      of.push(one());
    }
    return of.length === 1 ? of[0] : { kind: "union", of };
  };
  const one = () => {
    const token = tokens[at];
    at += 1;
    if (token === "{") return object();
    if (token === "(") {
      const inner = union();
      take(")");
      return inner;
    }
    if (token === "Array") {
      take("<");
      const of = union();
      take(">");
      return { kind: "array", of };
    }
    if (token.startsWith('"')) return { kind: "literal", value: token.slice(1, -1) };
    let type = { kind: "name", name: token };
    while (tokens[at] === "[") {
      take("[");
      take("]");
      type = { kind: "array", of: type };
    }
    return type;
  };
  const object = () => {
    if (tokens[at] === "[") {
      // `{ [key in string]: T }`
      while (tokens[at] !== ":") at += 1;
      take(":");
      const of = union();
      while (tokens[at] === ";" || tokens[at] === ",") at += 1;
      take("}");
      return { kind: "map", of };
    }
    const fields = [];
    while (tokens[at] !== "}") {
      const name = tokens[at].replaceAll('"', "");
      at += 1;
      const optional = tokens[at] === "?";
      if (optional) at += 1;
      take(":");
      fields.push({ name, optional, type: union() });
      if (tokens[at] === "," || tokens[at] === ";") at += 1;
    }
    take("}");
    return { kind: "object", fields };
  };
  return union();
}
