// The memory of a process, as another process of the machine would read it.

import { closeSync, openSync, readFileSync, readSync } from "node:fs";

const PAGE = 4096;
// Most pages that are read at once. What is looked for may lie across the border of two reads, so a page is read twice.
const MOST = 2048;

/** Every writable piece of a process's memory that is really there, with where it is. */
export function* writableMemory(pid) {
  const [memory, pagemap] = ["mem", "pagemap"].map((name) => openSync(`/proc/${pid}/${name}`, "r"));
  try {
    for (const [start, end, name] of writableMaps(pid)) {
      for (const [from, to] of presentPages(pagemap, start / PAGE, end / PAGE)) {
        for (let at = from; at < to; at += MOST - 1) {
          const bytes = Buffer.alloc((Math.min(to, at + MOST) - at) * PAGE);
          try {
            yield [`${(at * PAGE).toString(16)} ${name}`, bytes.subarray(0, readSync(memory, bytes, 0, bytes.length, at * PAGE))];
          } catch {
            // A device's, or gone since.
          }
        }
      }
    }
  } finally {
    closeSync(memory);
    closeSync(pagemap);
  }
}

/** Those of which anything was ever written: a web view sets aside far more than there is. */
function writableMaps(pid) {
  const maps = readFileSync(`/proc/${pid}/smaps`, "utf8").matchAll(/^([0-9a-f]+)-([0-9a-f]+) rw.. \S+ \S+ \S+ *(.*)\n(?:(?![0-9a-f]+-).*\n)*?Rss: +(\d+) kB/gm);
  return [...maps].filter(([, , , , resident]) => resident !== "0").map(([, start, end, name]) => [Number.parseInt(start, 16), Number.parseInt(end, 16), name]);
}

/** The runs of pages that are in memory or swapped out. */
function* presentPages(pagemap, first, last) {
  let from;
  for (let at = first; at < last; at += 65_536) {
    const entries = Buffer.alloc(Math.min(65_536, last - at) * 8);
    const read = readSync(pagemap, entries, 0, entries.length, at * 8) / 8;
    for (let index = 0; index < read; index += 1) {
      // The two highest bits of each entry.
      const present = entries[index * 8 + 7] >= 0x40;
      if (present && from === undefined) from = at + index;
      if (!present && from !== undefined) {
        yield [from, at + index];
        from = undefined;
      }
    }
  }
  if (from !== undefined) yield [from, last];
}

/** What is found of the canaries, with where. */
export function inMemory(canaries, pid) {
  const found = [];
  let bytes = 0;
  for (const [where, piece] of writableMemory(pid)) {
    bytes += piece.length;
    for (const canary of canaries.in(piece)) found.push(`${where}: ${canary}`);
  }
  return { found, bytes };
}
