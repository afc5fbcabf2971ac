/**
 * Sample inputs of an action, each as JSON text `{"data": …, "filter": …}`. They stay texts until they are saved, so that no digit of
 * a number is lost.
 */
import type { ActionInput } from '../../bindings/ActionInput';
import type { ActionRecordInput } from '../../bindings/ActionRecordInput';
import { tokensOf } from '../results/json';
import { cutAt } from '../results/values';
import { inputFacts } from './history';
import { inputText, type Values } from './inputs';

const SUMMARY_CHARACTERS = 120;
const VALUE_CHARACTERS = 40;

/** Whether a number of JavaScript is all that was written. */
function isExact(digits: string): boolean {
  const number = Number(digits);
  return String(number) === digits && (Number.isSafeInteger(number) || !Number.isInteger(number));
}

/** JSON as values. A number that JavaScript would round becomes a text, which the core takes for a number as well. */
export function exactValue(json: string): unknown {
  const exact = tokensOf(json, 0, json.length)
    .map(({ kind, start, end }) => {
      const part = json.slice(start, end);
      return kind === 'number' && !isExact(part) ? JSON.stringify(part) : part;
    })
    .join('');
  return JSON.parse(exact);
}

/** The form's values as a sample, without secrets; or that one of them can't be written. */
export function sampleOf(inputs: ActionInput[], values: Values): string | null {
  const { json, faults } = inputText(
    inputs.filter((input) => !input.secret),
    values,
  );
  return Object.keys(faults).length > 0 ? null : json;
}

/** A sample on a line: `id = 7, day = "2026-11-28"`. */
export function sampleSummary(sample: string): string {
  const facts = inputFacts(sample).map(({ key, value }) =>
    value.length > VALUE_CHARACTERS ? `${key} = ${cutAt(value, VALUE_CHARACTERS)}…` : `${key} = ${value}`,
  );
  const line = facts.join(', ');
  return line.length > SUMMARY_CHARACTERS ? `${cutAt(line, SUMMARY_CHARACTERS)}…` : line;
}

/** One place up or down; the same list at the ends. */
export function movedSample(samples: readonly string[], index: number, by: -1 | 1): string[] {
  const moved = [...samples];
  const [taken] = moved.splice(index, 1);
  if (taken !== undefined) moved.splice(Math.max(0, index + by), 0, taken);
  return moved;
}

/** The fields of a record that hold samples; a list that would say nothing is null. */
export function sampleFields(samples: readonly string[]): {
  data: unknown[] | null;
  filterData: unknown[] | null;
} {
  const read = samples.map((sample) => exactValue(sample) as { data?: unknown; filter?: unknown });
  const list = (part: 'data' | 'filter') => {
    const values = read.map((sample) => sample[part] ?? {});
    return values.some((value) => JSON.stringify(value) !== '{}') ? values : null;
  };
  return { data: list('data'), filterData: list('filter') };
}

/** As {@link sampleFields}, for a record that is new. */
export function givenSamples(samples: readonly string[]): Pick<ActionRecordInput, 'data' | 'filterData'> {
  const { data, filterData } = sampleFields(samples);
  return { ...(data ? { data } : {}), ...(filterData ? { filterData } : {}) };
}
