/** What can be done with an action beside running it: its history, a comparison, copies, completion. */
import { many, number, said } from './locale';

export const historyText = said('actionUses.historyText', {
  label: 'Runs of this action, newest first',
  when: 'When',
  environment: 'Environment',
  outcome: 'Outcome',
  count: 'Rows',
  time: 'Time',
  origin: 'From',
  outcomes: { done: 'done', failed: 'failed', cancelled: 'cancelled' } as Record<string, string>,
  origins: { window: 'window', cli: 'command line' } as Record<string, string>,
  rows: (count: number) => many(count, 'row', 'rows'),
  affected: (count: number) => `${many(count, 'row', 'rows')} affected`,
  gone: 'environment removed',
  noTime: '–',
  empty: 'It has not run yet. Every run is listed here with its inputs, without what looks like a secret.',
  chosen: 'The run that is chosen',
  inputs: 'Inputs',
  noInputs: 'It ran without inputs.',
  secrets: 'Secrets are not remembered: type them again.',
  attempts: (count: number) => `sent ${count} times`,
  takeIn: (slug: string) => `Use these inputs in ${slug}`,
  used: (slug: string) => `The form has the inputs of that run. Nothing ran; it would run in ${slug}.`,
});

export const compareText = said('actionUses.compareText', {
  left: 'Left environment',
  right: 'Right environment',
  leftShort: 'Left',
  rightShort: 'Right',
  lead: 'Runs in both environments with the same inputs, in sessions that only read, and compares the rows.',
  one: 'A comparison needs this database in two environments that are configured.',
  key: 'Key columns',
  keyHelp:
    'They say which rows belong together. None chosen: id, _id, uuid, key or code, else the whole row.',
  keyNames: 'Names, with commas between. Empty: id, _id, uuid, key or code, else the whole row.',
  compare: (left: string, right: string) => `Compare ${left} with ${right}`,
  running: (left: string, right: string) => `Reading ${left} and ${right}`,
  cancelled: 'Cancelled. It was ended at both servers.',
  failed: 'It could not be compared. Nothing was changed.',
  title: 'Comparison',
  none: 'Nothing is compared yet.',
  same: (count: number) => `${number(count)} same`,
  different: (count: number) => `${number(count)} different`,
  only: (side: string, count: number) => `${number(count)} only in ${side}`,
  by: (key: string[]) => (key.length > 0 ? `rows matched by ${key.join(', ')}` : 'rows matched as a whole'),
  truncated: 'A side has more rows than were compared: 10,000 of each are. Narrow the inputs to compare all.',
});

export const codeText = said('actionUses.codeText', {
  menu: 'Copy as',
  sdk: 'Ductape SDK code',
  statement: 'Statement as it is sent',
  cli: 'Command line',
  copied: {
    sdk: 'Copied the SDK code.',
    statement: 'Copied the statement.',
    cli: 'Copied the command line.',
  },
  notCopied: 'The clipboard can’t be written. Try again.',
});

export const samplesText = said('actionUses.samplesText', {
  title: 'Samples',
  optional: 'optional',
  nth: (number: number) => `Sample ${number}`,
  nothing: 'no values',
  unfit: 'No longer fits.',
  filled: (number: number) => `The form has the values of sample ${number}. Nothing ran.`,
  putBack: 'Put back what stood there',
  keep: 'Keep these inputs as a sample',
  kept: (number: number) => `Kept as sample ${number}, without secrets.`,
  twice: (number: number) => `These are the values of sample ${number} already.`,
  add: (slug: string) => `Add what stands in the form of ${slug}`,
  addPlain: 'Add the inputs of a run',
  help: 'Whoever runs it can fill the form from a sample. Secrets are never in one.',
  none: 'Create the action first. Then the inputs of its form can be kept as samples.',
  incomplete: 'A value in the form can’t be read yet. Mend it on the Run tab.',
  refused: (faults: string) => `It was not added. ${faults}`,
  up: (number: number) => `Move sample ${number} up`,
  down: (number: number) => `Move sample ${number} down`,
  remove: (number: number) => `Remove sample ${number}`,
});

export const outlineText = said('actionUses.outlineText', {
  loading: (slug: string) => `Reading the tables of ${slug} for completion`,
  ready: (slug: string, tables: number) => `Completion knows ${many(tables, 'table', 'tables')} of ${slug}`,
  truncated: (slug: string, tables: number) =>
    `Completion knows the first ${many(tables, 'table', 'tables')} of ${slug}`,
  failed: (slug: string) => `No completion: the tables of ${slug} could not be read`,
});
