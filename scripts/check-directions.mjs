// The window's styles say start and end, never left and right: so it is laid out in both directions of writing.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = process.argv[2] ?? join(root, "ui/src");

const PHYSICAL = [
  [/^\s*(?:left|right)\s*:/, "inset-inline-start or inset-inline-end"],
  [/^\s*(?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right)\b/, "…-inline-start or …-inline-end"],
  [/^\s*border-(?:top|bottom)-(?:left|right)-radius\b/, "border-start-start-radius and its like"],
  [/^\s*(?:text-align|float|clear)\s*:\s*(?:left|right)\b/, "start or end"],
  [/translateX\((?!calc\(var\(--inline\))/, "a translation that is multiplied by --inline"],
];

/** Splits at the spaces that stand in no bracket. */
const parts = (value) => value.match(/(?:[^\s(]|\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))+/g) ?? [];

export function physical(text) {
  return text.split("\n").flatMap((line, index) => {
    const found = PHYSICAL.filter(([pattern]) => pattern.test(line)).map(([, instead]) => instead);
    const four = /^\s*(?:margin|padding|inset)\s*:\s*([^;]+);/.exec(line);
    const sides = four ? parts(four[1]) : [];
    if (sides.length === 4 && sides[1] !== sides[3]) found.push("…-block and …-inline, as its two sides differ");
    return found.map((instead) => `${index + 1}: ${line.trim()} (write ${instead})`);
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const faults = readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith(".css"))
    .flatMap((name) => physical(readFileSync(join(folder, name), "utf8")).map((fault) => `${relative(root, join(folder, name))}:${fault}`));
  if (faults.length > 0) {
    console.error(faults.join("\n"));
    process.exit(1);
  }
}
