/** Runs that are remembered, and their inputs as values of the form. */
import type { ActionInput } from '../../bindings/ActionInput';
import type { ActionRunView } from '../../bindings/ActionRunView';
import type { TemplateSide } from '../../bindings/TemplateSide';
import { jsonLines, tokensOf } from '../results/json';
import { controlOf, keyOf, startOf, type Values } from './inputs';

/** The members of a JSON object, each as the text that it is: parsed as numbers they would lose digits. */
export function members(text: string): Map<string, string> {
  const found = new Map<string, string>();
  const lines = jsonLines(text);
  if (!lines) return found;
  for (let line = 0; line < lines.count; line += 1) {
    if (lines.depths[line] !== 1) continue;
    const [key] = tokensOf(text, lines.starts[line] ?? 0, lines.ends[line] ?? 0);
    if (key?.kind !== 'key') continue;
    const last = lines.closings[line] || line;
    const value = text.slice(text.indexOf(':', key.end) + 1, lines.ends[last]).trim();
    found.set(String(JSON.parse(text.slice(key.start, key.end))), value.replace(/\s*,$/, ''));
  }
  return found;
}

const SIDES: TemplateSide[] = ['data', 'filter'];

function sidesOf(json: string): Record<TemplateSide, Map<string, string>> {
  const both = members(json);
  return { data: members(both.get('data') ?? ''), filter: members(both.get('filter') ?? '') };
}

/**
 * The inputs of a run as they stand in the form. What was not sent is left out again where it may be. A secret is never
 * taken from there; one that is typed stays.
 */
export function valuesOf(inputs: ActionInput[], json: string | null, typed: Values): Values {
  const sides = sidesOf(json ?? '{}');
  const values: Record<string, Values[string]> = {};
  for (const input of inputs) {
    const key = keyOf(input);
    // What the filter reads may stand among the data.
    const raw = sides[input.side].get(input.key) ?? sides.data.get(input.key);
    const kept = typed[key];
    if (input.secret) {
      if (kept) values[key] = kept;
    } else if (raw === undefined || raw === 'null') values[key] = startOf(input);
    else {
      const quoted = raw.startsWith('"') && controlOf(input) !== 'json';
      values[key] = { text: quoted ? String(JSON.parse(raw)) : raw, left: false };
    }
  }
  return values;
}

/** The inputs of a run, to be read. */
export function inputFacts(json: string | null): { side: TemplateSide; key: string; value: string }[] {
  const sides = sidesOf(json ?? '{}');
  return SIDES.flatMap((side) => [...sides[side]].map(([key, value]) => ({ side, key, value })));
}

/** The newest run of an environment that has inputs. */
export function newestIn(runs: ActionRunView[], slug: string): ActionRunView | undefined {
  return runs.find((run) => run.env === slug && run.inputs !== null);
}
