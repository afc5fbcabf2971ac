/**
 * The form of a run: which control an input has, and what is typed in it as JSON text. Numbers go from the field into
 * the text as they were typed; they are never numbers of JavaScript, which would lose digits.
 */

import { createStore } from '../../app/store';
import type { ActionInput } from '../../bindings/ActionInput';
import type { TemplateSide } from '../../bindings/TemplateSide';
import { runForm as text } from '../../text/actions';

export type Control = 'text' | 'number' | 'date' | 'datetime' | 'boolean' | 'choice' | 'json' | 'secret';

export interface Value {
  text: string;
  /** Not sent, which binds NULL. */
  left: boolean;
}

/** By `keyOf`. */
export type Values = Readonly<Record<string, Value>>;

const CONTROLS: Record<string, Control> = {
  INTEGER: 'number',
  FLOAT: 'number',
  DOUBLE: 'number',
  DECIMAL: 'number',
  NUMBER_STRING: 'number',
  DATE: 'date',
  DATE_STRING: 'date',
  DATETIME: 'datetime',
  BOOLEAN: 'boolean',
  ARRAY: 'json',
  OBJECT: 'json',
  JSON: 'json',
};

export function controlOf(input: ActionInput): Control {
  if (input.choices.length > 0) return 'choice';
  const control = CONTROLS[input.type] ?? 'text';
  return input.secret && control !== 'json' && control !== 'boolean' ? 'secret' : control;
}

/** One input: the same key may be read from both sides. */
export function keyOf(input: Pick<ActionInput, 'side' | 'key'>): string {
  return `${input.side}.${input.key}`;
}

/** What an input is before anybody typed: left out where it may be. */
export function startOf(input: ActionInput): Value {
  return { text: '', left: input.optional };
}

export function typedValue(values: Values, input: ActionInput): Value {
  return values[keyOf(input)] ?? startOf(input);
}

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Types that are sent as text: an empty one is a text of no characters, and not a missing one. */
const TEXTS = new Set(['STRING', 'NOSPACES_STRING', 'EMAIL_STRING']);

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The value as JSON text, null where it is not sent, or why it can't be. */
function written(input: ActionInput, { text: typed, left }: Value): string | null | { fault: string } {
  if (left && input.optional) return null;
  const trimmed = typed.trim();
  if (trimmed === '' && !TEXTS.has(input.type)) return null;
  switch (input.type) {
    case 'INTEGER':
    case 'FLOAT':
    case 'DOUBLE':
    case 'DECIMAL':
      // What is no number goes as a text, which is refused with what was expected.
      return NUMBER.test(trimmed) ? trimmed : JSON.stringify(trimmed);
    case 'BOOLEAN':
      return trimmed === 'true' || trimmed === 'false' ? trimmed : JSON.stringify(trimmed);
    case 'ARRAY': {
      // A list is often pasted without its brackets.
      const list = `[${trimmed}]`;
      if (!trimmed.startsWith('[') && isJson(list)) return list;
      return isJson(trimmed) ? trimmed : { fault: text.notList };
    }
    case 'OBJECT':
    case 'JSON':
      return isJson(trimmed) ? trimmed : { fault: text.notJson };
    default:
      return JSON.stringify(TEXTS.has(input.type) ? typed : trimmed);
  }
}

/** `input` as JSON text, or the faults of what can't be written as JSON, by `keyOf`. */
export function inputText(
  inputs: ActionInput[],
  values: Values,
): { json: string; faults: Record<string, string> } {
  const sides: Record<TemplateSide, string[]> = { data: [], filter: [] };
  const faults: Record<string, string> = {};
  for (const input of inputs) {
    const value = written(input, typedValue(values, input));
    if (value === null) continue;
    if (typeof value === 'string') sides[input.side].push(`${JSON.stringify(input.key)}:${value}`);
    else faults[keyOf(input)] = value.fault;
  }
  return { json: `{"data":{${sides.data.join(',')}},"filter":{${sides.filter.join(',')}}}`, faults };
}

/** The JSON text of each value as it is sent, by key, for what shows a plan. Secrets are not among them. */
export function sentByKey(inputs: ActionInput[], values: Values): Record<string, string[]> {
  const sent: Record<string, string[]> = {};
  for (const input of inputs) {
    const value = input.secret ? null : written(input, typedValue(values, input));
    if (typeof value === 'string') sent[input.key] = [...(sent[input.key] ?? []), value];
  }
  return sent;
}

/**
 * A value of a plan as text. It came as JSON, whose numbers JavaScript rounds: where the text that was typed reads as
 * the same value, that text has all of the digits.
 */
export function planValue(value: unknown, sent: string[] | undefined): { text: string; rounded: boolean } {
  if (value === null || value === undefined) return { text: 'NULL', rounded: false };
  const json = JSON.stringify(value);
  const whole = sent?.find((text) => isJson(text) && JSON.stringify(JSON.parse(text)) === json);
  const exact = typeof value !== 'number' || (Number.isInteger(value) ? Number.isSafeInteger(value) : true);
  return whole === undefined ? { text: json, rounded: !exact } : { text: whole, rounded: false };
}

/** Whether a number in it is one that JavaScript may have rounded. */
export function isRounded(value: unknown): boolean {
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(isRounded);
}

/** Faults of a refused run at their inputs; those of no input shown are told apart. */
export function faultsByInput(
  inputs: ActionInput[],
  faults: { field: string; message: string }[],
): { byInput: Record<string, string>; rest: string[] } {
  const byInput: Record<string, string> = {};
  const rest: string[] = [];
  for (const { field, message } of faults) {
    const meant = inputs.filter((input) => input.key === field || keyOf(input) === field);
    if (meant.length === 0) rest.push(`${field}: ${message}`);
    for (const input of meant) byInput[keyOf(input)] ??= message;
  }
  return { byInput, rest };
}

/** What was typed last, by action and environment, while the window is open. */
const remembered = createStore<{ byPlace: Readonly<Record<string, Values>> }>({ byPlace: {} });

export const valuesStore = remembered;

const placeOf = (actionId: string, slug: string): string => `${actionId}@${slug}`;

export const NOTHING: Values = {};

export function recall(actionId: string, slug: string): Values {
  return remembered.get().byPlace[placeOf(actionId, slug)] ?? NOTHING;
}

export function remember(actionId: string, slug: string, inputs: ActionInput[], values: Values): void {
  const secret = new Set(inputs.filter((input) => input.secret).map(keyOf));
  const kept = Object.fromEntries(Object.entries(values).filter(([key]) => !secret.has(key)));
  remembered.set(({ byPlace }) => ({ byPlace: { ...byPlace, [placeOf(actionId, slug)]: kept } }));
}

/** A date some days on, for the arrow keys; null where there is none to begin from. */
export function stepped(date: string, days: number): string | null {
  const match = /^(\d{4})-(\d\d)-(\d\d)/.exec(date);
  if (!match) return null;
  const [whole = '', year, month, day] = match;
  const moved = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day) + days));
  if (Number.isNaN(moved.getTime())) return null;
  return moved.toISOString().slice(0, 10) + date.slice(whole.length);
}

/** Now, to the second, as a date or a moment is written. */
export function nowAs(control: 'date' | 'datetime', now = new Date()): string {
  if (control === 'datetime') return `${now.toISOString().slice(0, 19)}Z`;
  const two = (part: number) => String(part).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
