/**
 * Three walks go over every surface: axe in both themes, a language that nobody speaks, one that is written from the right.
 * In `make test` each walk takes a third of its surfaces, the next third with the next commit, so that three commits see all of
 * them; in `make soak` (TAPEDECK_SOAK=1) it takes all.
 */
import { execFileSync } from 'node:child_process';

export const WALKS = { axe: 0, language: 1, mirrored: 2 };

/** How many commits there are: where there is no history, the first turn. */
function turn() {
  try {
    return Number(execFileSync('git', ['rev-list', '--count', 'HEAD'], { cwd: import.meta.dirname, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  } catch {
    return 0;
  }
}

const now = turn();

/** The surfaces that a walk goes over this time, in their order. */
export function share(walk, surfaces) {
  const all = Object.entries(surfaces);
  if (process.env.TAPEDECK_SOAK === '1') return all;
  return all.filter((_, at) => (at + now + walk) % 3 === 0);
}
