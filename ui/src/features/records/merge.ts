import type { ConfigInput } from '../../bindings/ConfigInput';
import type { Conflict } from '../../platform';

export type Side = 'theirs' | 'yours';

interface Mergeable {
  revision?: number;
  fingerprint?: string;
  envs?: ConfigInput[];
  remove_envs?: string[];
}

/** The slug that a path such as `envs.stg.connection_url`, `envs[stg]` or `envs[1].slug` is about. */
function slugOf(path: string, envs: ConfigInput[]): string | undefined {
  const inner = /^envs(?:\[([^\]]+)\]|\.([^.[]+))/.exec(path);
  const key = inner?.[1] ?? inner?.[2];
  if (key === undefined) return undefined;
  return /^\d+$/.test(key) ? envs[Number(key)]?.slug : key;
}

/**
 * A refused patch, made good: what was chosen from the other side leaves it, the rest is sent again on top of the
 * revision that is there now.
 */
export function mergePatch<P extends Mergeable>(
  patch: P,
  conflict: Conflict,
  sides: Record<string, Side>,
): P {
  const merged: P = { ...patch };
  if (conflict.fingerprint !== undefined) merged.fingerprint = conflict.fingerprint;
  else if (conflict.revision !== null) merged.revision = conflict.revision;
  const envs = patch.envs ?? [];
  for (const { field } of conflict.changes) {
    if (sides[field] !== 'theirs') continue;
    const top = /^[^.[]+/.exec(field)?.[0] ?? field;
    const slug = slugOf(field, envs);
    if (top === 'envs' && slug !== undefined) {
      const rest = (merged.envs ?? []).filter((config) => config.slug !== slug);
      if (rest.length > 0) merged.envs = rest;
      else delete merged.envs;
      const gone = (merged.remove_envs ?? []).filter((other) => other !== slug);
      if (gone.length > 0) merged.remove_envs = gone;
      else delete merged.remove_envs;
    } else {
      delete (merged as Record<string, unknown>)[top];
    }
  }
  return merged;
}
