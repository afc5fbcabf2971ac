// A program with all the processes that it started, a web view's among them.

import { readdirSync, readFileSync } from "node:fs";

function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

// The ids of a process and of all that descend from it.
export function family(pid) {
  const parents = new Map();
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    // The name of a program may have blanks and brackets in it: the fields after the last bracket are numbers.
    const stat = read(`/proc/${entry}/stat`);
    const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
    parents.set(Number(entry), parent);
  }
  const found = [pid];
  for (const each of found) for (const [child, parent] of parents) if (parent === each) found.push(child);
  return found;
}

// Proportional set size of each process of a family, in MB: what is shared is counted once among those who share it.
export function memory(pid) {
  return family(pid).map((each) => {
    const kilobytes = /^Pss:\s+(\d+)/m.exec(read(`/proc/${each}/smaps_rollup`))?.[1] ?? 0;
    return { name: read(`/proc/${each}/comm`).trim(), megabytes: Number(kilobytes) / 1024 };
  });
}

export function total(processes) {
  return processes.reduce((sum, { megabytes }) => sum + megabytes, 0);
}
