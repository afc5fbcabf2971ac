import type { UrlTextChange } from '../../bindings/UrlTextChange';

/** What one moment of an editor is: the text, and the secrets typed apart from it. */
export interface Moment {
  text: string;
  secrets: Readonly<Record<string, string>>;
}

interface Step {
  before: Moment;
  after: Moment;
  /** The field it was typed in; null for what stands alone, such as a choice. */
  field: string | null;
  at: number;
  /** Whether more of the same field's typing still belongs to it. */
  open: boolean;
}

/** The string itself, as the field of a step. */
const STRING = 'string';
/** A pause after which typing in the string is a step of its own. */
const PAUSE_MS = 500;
/** Pasting more than this is a step of its own. */
const KEYSTROKE = 2;
const LIMIT = 500;

/** The one change that makes `after` of `before`, in UTF-16 units; null where they are equal. */
export function difference(before: string, after: string): UrlTextChange | null {
  if (before === after) return null;
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  let back = 0;
  while (back < shorter - start && before.at(-1 - back) === after.at(-1 - back)) back += 1;
  return { start, end: before.length - back, insert: after.slice(start, after.length - back) };
}

/** Whether one keystroke more makes the same run of inserted, or of deleted, characters longer. */
function continues(step: Step, text: string): boolean {
  const stroke = difference(step.after.text, text);
  const whole = difference(step.before.text, text);
  const sofar = difference(step.before.text, step.after.text);
  if (!stroke || !whole || !sofar) return false;
  const removed = (change: UrlTextChange) => change.end - change.start;
  if (removed(sofar) === 0)
    return (
      removed(stroke) === 0 &&
      removed(whole) === 0 &&
      stroke.insert.length <= KEYSTROKE &&
      whole.insert !== ''
    );
  return sofar.insert === '' && stroke.insert === '' && whole.insert === '' && removed(stroke) <= KEYSTROKE;
}

/** Undo and redo over the string and the form alike: both change one text, and this is the order in which they did. */
export class History {
  private past: Step[] = [];
  private future: Step[] = [];

  /** A change made in the form; those of one field join until it is left. */
  edited(before: Moment, after: Moment, field: string | null, at: number): void {
    const last = this.openStep(field, before);
    if (last) {
      last.after = after;
      this.future = [];
      if (last.before.text === after.text && last.before.secrets === after.secrets) this.past.pop();
    } else {
      this.push({ before, after, field, at, open: field !== null });
    }
  }

  /** A change typed in the string; keystrokes without a pause in one place join. */
  typed(before: Moment, after: Moment, at: number): void {
    const last = this.openStep(STRING, before);
    if (last && at - last.at < PAUSE_MS && continues(last, after.text)) {
      last.after = after;
      last.at = at;
      this.future = [];
      return;
    }
    const stroke = difference(before.text, after.text);
    const small = stroke !== null && Math.max(stroke.insert.length, stroke.end - stroke.start) <= KEYSTROKE;
    this.push({ before, after, field: STRING, at, open: small });
  }

  /** The text before the field's typing began, where that has not ended yet. */
  baseOf(field: string, now: Moment): string | null {
    return this.openStep(field, now)?.before.text ?? null;
  }

  /** What is typed next is a step of its own. */
  close(): void {
    const last = this.past.at(-1);
    if (last) last.open = false;
  }

  back(): Moment | null {
    const step = this.past.pop();
    if (!step) return null;
    step.open = false;
    this.future.push(step);
    return step.before;
  }

  forth(): Moment | null {
    const step = this.future.pop();
    if (!step) return null;
    this.past.push(step);
    return step.after;
  }

  /** Nothing of what was typed, secrets among it, is kept. */
  clear(): void {
    this.past = [];
    this.future = [];
  }

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  get canRedo(): boolean {
    return this.future.length > 0;
  }

  private openStep(field: string | null, now: Moment): Step | null {
    const last = this.past.at(-1);
    if (!last?.open || field === null || last.field !== field) return null;
    return last.after.text === now.text && last.after.secrets === now.secrets ? last : null;
  }

  private push(step: Step): void {
    this.past.push(step);
    if (this.past.length > LIMIT) this.past.shift();
    this.future = [];
  }
}
