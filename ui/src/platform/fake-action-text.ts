/** What the fake reads in templates and inputs: enough for the window to look and behave as it does upon the core. */
import type { ActionCheck } from '../bindings/ActionCheck';
import type { ActionFault } from '../bindings/ActionFault';
import type { ActionInput } from '../bindings/ActionInput';
import type { ActionTypeView } from '../bindings/ActionTypeView';
import type { TemplateSide } from '../bindings/TemplateSide';

const PLACEHOLDER =
  /\{\{\s*([A-Za-z_][\w.-]*)\s*(?::([A-Za-z_]+)(\?)?(?:\(([^)]*)\))?(?::(\d+))?(?::(\d+))?(?::(true|false))?)?\s*\}\}/g;

const NOUNS: Record<string, [string, string | null]> = {
  STRING: ['A text', 'characters'],
  NOSPACES_STRING: ['A text without spaces', 'characters'],
  EMAIL_STRING: ['An e-mail address', 'characters'],
  DATE_STRING: ['A text with a date such as 2026-11-23', 'characters'],
  NUMBER_STRING: ['A text with a number', 'digits'],
  INTEGER: ['A whole number', 'digits'],
  DATE: ['A date such as 2026-11-23', null],
  DATETIME: ['A date with a time such as 2026-11-23T10:00:00Z', null],
  FLOAT: ['A number', 'digits'],
  DOUBLE: ['A number', 'digits'],
  DECIMAL: ['A number', 'digits'],
  UUID: ['A UUID', null],
  ARRAY: ['A list', 'items'],
  OBJECT: ['An object', null],
  BOOLEAN: ['true or false', null],
  BYTES: ['Bytes in base64', null],
  JSON: ['A JSON value', null],
  OBJECT_ID: ['An ObjectId of 24 hexadecimal digits', null],
  IDENTIFIER: ['One of', null],
  KEYWORD: ['One of', null],
};

export interface FakeTexts {
  type: ActionTypeView;
  template: string;
  filterTemplate?: string | undefined;
  script?: boolean | undefined;
  allRows?: boolean | undefined;
  samples?: string[] | undefined;
}

const READS: ActionTypeView[] = ['read', 'count', 'aggregate'];

function expectedOf(
  type: string,
  choices: string[],
  least: string | undefined,
  most: string | undefined,
): string {
  const [noun, counted] = NOUNS[type] ?? ['A text', 'characters'];
  if (choices.length > 0) return `One of ${choices.join(', ')}`;
  if (counted === null) return noun;
  if (most !== undefined) return `${noun} of ${least ?? 1} to ${most} ${counted}`;
  if (least !== undefined && least !== '1') return `${noun} of at least ${least} ${counted}`;
  return counted === 'digits' ? noun : `${noun} of at least 1 ${counted.slice(0, -1)}`;
}

function fault(
  code: string,
  message: string,
  side: TemplateSide | null,
  start?: number,
  end?: number,
): ActionFault {
  return { side, code, message, start: start ?? null, end: end ?? null, path: null };
}

export function fakeCheck(texts: FakeTexts, sql: boolean): ActionCheck {
  const check: ActionCheck = {
    faults: [],
    inputs: [],
    placeholders: [],
    writes: !READS.includes(texts.type),
    unfiltered: false,
    tables: [],
    notes: [],
    samples: [],
  };
  const sides: [TemplateSide, string | undefined][] = [
    ['data', texts.template],
    ['filter', texts.filterTemplate],
  ];
  for (const [side, text] of sides) {
    if (text === undefined) continue;
    for (const match of text.matchAll(PLACEHOLDER)) {
      const [whole, key = '', type = 'STRING', optional, words, least, most, unique] = match;
      const start = match.index;
      check.placeholders.push({ side, key, start, end: start + whole.length });
      if (!(type in NOUNS))
        check.faults.push(
          fault(
            'unknown_type',
            'There is no placeholder type of this name.',
            side,
            start,
            start + whole.length,
          ),
        );
      const choices = words ? words.split('|') : [];
      if (check.inputs.some((input) => input.key === key && input.side === side)) continue;
      const input: ActionInput = {
        side,
        key,
        type,
        expected: expectedOf(type, choices, least, most),
        choices,
        optional: optional !== undefined,
        unique: unique === 'true',
        secret: /password|token|secret/i.test(key),
      };
      check.inputs.push(input);
    }
    if (!sql) {
      try {
        JSON.parse(text);
      } catch {
        check.faults.push(
          fault('invalid_json', 'This is no JSON: a value is expected.', side, text.length, text.length),
        );
      }
    }
  }
  const { template } = texts;
  if (sql) {
    if (template.trim() === '') check.faults.push(fault('empty_template', 'The template is empty.', 'data'));
    check.writes = /\b(insert|update|delete|truncate|drop|alter|create)\b/i.test(template);
    check.unfiltered =
      /^\s*(update|delete)\b/i.test(template) &&
      !/\bwhere\b/i.test(template) &&
      !texts.filterTemplate?.trim();
    check.tables = [
      ...new Set(
        [...template.matchAll(/\b(?:from|into|update)\s+([a-z_][\w.]*)/gi)].map((match) => match[1] ?? ''),
      ),
    ];
    const end = template.indexOf(';');
    if (!texts.script && end >= 0 && template.slice(end + 1).trim() !== '')
      check.faults.push(
        fault(
          'many_statements',
          'The template has more than one statement. Mark the action as a script, or leave one.',
          'data',
          end,
          template.length,
        ),
      );
    if (!/^\s*(select|with|insert|update|delete)\b/i.test(template) && template.trim() !== '') {
      check.writes = true;
      check.notes.push('The statement could not be read. It counts as a write.');
    }
  } else {
    check.writes = /"(insert|update|delete)/.test(template) || /"\$(out|merge)"/.test(template);
  }
  if (check.writes && READS.includes(texts.type) && check.faults.length === 0)
    check.faults.push(
      fault('type_disagrees', `A ${texts.type} reads only, and this writes. Choose another type.`, null),
    );
  if (check.unfiltered) check.notes.push('It has no filter: every row is reached.');
  check.samples = (texts.samples ?? []).map((sample) =>
    fakeInputs(check.inputs, sample)
      .faults.filter(
        ({ field, code }) =>
          code !== 'required' || !check.inputs.some(({ key, secret }) => key === field && secret),
      )
      .map(({ field, code, message }) => ({ field, code, message })),
  );
  return check;
}

interface InputFault {
  field: string;
  code: string;
  message: string;
  expected: string;
  came: string;
}

const SHAPES: Record<string, RegExp> = {
  INTEGER: /^-?\d+$/,
  DECIMAL: /^-?\d+(\.\d+)?$/,
  FLOAT: /^-?\d+(\.\d+)?$/,
  DOUBLE: /^-?\d+(\.\d+)?$/,
  DATE: /^"\d{4}-\d\d-\d\d"$/,
  DATETIME: /^"\d{4}-\d\d-\d\dT.*"$/,
  BOOLEAN: /^(true|false)$/,
  UUID: /^"[0-9a-fA-F-]{36}"$/,
  EMAIL_STRING: /^".+@.+"$/,
  ARRAY: /^\[/,
  OBJECT: /^\{/,
  OBJECT_ID: /^"[0-9a-f]{24}"$/,
};

/** The values of a run as text, by side and key; what is wrong with them is answered all at once. */
export function fakeInputs(
  inputs: ActionInput[],
  json: string,
): { values: Map<string, string>; faults: InputFault[] } {
  const given = JSON.parse(json) as Record<TemplateSide, Record<string, unknown>>;
  const faults: InputFault[] = [];
  const values = new Map<string, string>();
  for (const input of inputs) {
    const value = given[input.side]?.[input.key] ?? given.data?.[input.key];
    const text = JSON.stringify(value ?? null);
    // The digits as they were sent: a number of JavaScript has lost some.
    const raw = new RegExp(`"${input.key}":\\s*(-?[\\d.]+)`).exec(json)?.[1];
    values.set(input.key, typeof value === 'number' && raw ? raw : text);
    const shown = input.secret ? '***' : text;
    const came = value === undefined || value === null ? 'nothing' : `a value, ${shown}`;
    const refuse = (code: string) =>
      faults.push({
        field: input.key,
        code,
        message: `${input.expected} is expected, but this came: ${came}.`,
        expected: input.expected,
        came,
      });
    if (value === undefined || value === null) {
      if (!input.optional) refuse('required');
    } else if (SHAPES[input.type] && !SHAPES[input.type]?.test(text)) refuse('wrong_type');
    else if (input.choices.length > 0 && !input.choices.includes(String(value))) refuse('not_a_choice');
    else {
      const [, least, most] = /of (\d+) to (\d+) /.exec(input.expected) ?? [];
      const length = String(value).length;
      if (least && most && (length < Number(least) || length > Number(most))) refuse('wrong_length');
      else if (value === '') refuse('too_short');
    }
  }
  return { values, faults };
}
