// The search for canaries: passwords that no other run has, looked for in every place that a secret could get to.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { forms } from "./forms.mjs";

export class Canaries {
  #wanted = [];

  /** What to look for: each secret under a name to tell it by. */
  constructor(secrets) {
    for (const [name, secret] of Object.entries(secrets)) {
      assert.ok(secret.length >= 8, `${name} is long enough to be found by nothing but itself`);
      for (const { form, bytes } of forms(secret)) this.#wanted.push({ name, form, bytes });
    }
  }

  /** What is found in the bytes, as `name (form)` and what stands before it. */
  in(bytes) {
    const place = Buffer.from(bytes);
    const found = [];
    for (const { name, form, bytes: wanted } of this.#wanted) {
      const at = place.indexOf(wanted);
      if (at >= 0) found.push(`${name} (${form}) after ${JSON.stringify(place.subarray(Math.max(0, at - 80), at).toString("latin1"))}`);
    }
    return found;
  }

  /** Fails when one is in a place. A place in which there is nothing to look fails too: it was not looked at. */
  absent(places) {
    const found = [];
    for (const [place, bytes] of places) {
      assert.ok(bytes.length > 0, `${place}: there is something to look in`);
      for (const canary of this.in(bytes)) found.push(`${canary} is in ${place}`);
    }
    assert.deepEqual(found, []);
  }
}

/** Every file under a folder that holds anything, with its bytes. */
export function* filesUnder(folder) {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath ?? entry.path, entry.name);
    const bytes = readFileSync(path);
    if (bytes.length > 0) yield [path, bytes];
  }
}
