import type { EngineInfo } from '../../bindings/EngineInfo';
import type { UrlCompletions } from '../../bindings/UrlCompletions';
import type { UrlEdit } from '../../bindings/UrlEdit';
import type { UrlInspection } from '../../bindings/UrlInspection';
import type { UrlSecretSpan } from '../../bindings/UrlSecretSpan';
import type { UrlTextChange } from '../../bindings/UrlTextChange';
import { difference, History, type Moment } from './history';
import { sameName } from './names';

/** Changes refer to the text before any of them, in UTF-16 units: applied from the last to the first. */
export function applyChanges(text: string, changes: readonly UrlTextChange[]): string {
  let result = text;
  for (const { start, end, insert } of [...changes].sort((a, b) => b.start - a.start))
    result = result.slice(0, start) + insert + result.slice(end);
  return result;
}

export interface UrlModel {
  inspect(text: string): Promise<UrlInspection>;
  edit(text: string, edit: UrlEdit): Promise<UrlTextChange[]>;
  complete(text: string, offset: number): Promise<UrlCompletions>;
}

/** The least that a string of an engine needs. */
export function starterOf(engine: EngineInfo): string {
  return engine.file ? engine.example_url : `${engine.schemes[0] ?? engine.type}://localhost`;
}

export interface Snapshot {
  text: string;
  /** Of `inspected`, which may lag behind `text` by a keystroke. */
  inspection: UrlInspection | null;
  inspected: string;
  /** The last one that could be taken apart: what the form shows while the text can't be. */
  readable: UrlInspection | null;
  /** Secrets typed in fields of their own, by `secretKey` of their slot. They never enter the text. */
  secrets: Readonly<Record<string, string>>;
  saved: string;
  /** Grows with each undo and redo: what a field shows of its own typing is then out of date. */
  turns: number;
}

/** The key of a secret: a slot is the same however its option is spelled. */
export function secretKey(slot: string): string {
  return sameName(slot);
}

/** A text that can't be taken apart has no slots, and its secrets are to be hidden all the same. */
function hidden(inspection: UrlInspection, text: string): UrlInspection {
  if (inspection.valid || inspection.secret_spans.length > 0) return inspection;
  const secret_spans = inspection.tokens
    .filter((token) => token.kind === 'secret' && token.end > token.start)
    .map(({ start, end }): UrlSecretSpan => {
      const state = text.slice(start, end) === '***' ? 'kept' : 'typed';
      return { slot: 'unread', start, end, state, reference: null };
    });
  return { ...inspection, secret_spans };
}

/**
 * One connection being edited. The text is the truth: typing changes it, the form changes it through the engine's
 * own edits, and what the form shows is what the engine reads from it. Outlives the panel, so that closing a cell
 * loses nothing.
 */
export class EditorSession {
  private state: Snapshot;
  private readonly listeners = new Set<() => void>();
  private readonly history = new History();
  private timer: ReturnType<typeof setTimeout> | null = null;
  private request = 0;
  private queue: Promise<unknown> = Promise.resolve();
  /** Set while the session itself changes the text: the editor's answer to that is no typing. */
  private writing = false;
  /** Set by the editor, so that its cursor knows of the form's edits. */
  applyTo: ((changes: UrlTextChange[]) => void) | null = null;

  constructor(
    private readonly model: UrlModel,
    saved: string,
    /** What an edit of an empty text begins with. */
    private readonly starter: () => string,
    private readonly delay = 30,
  ) {
    this.state = {
      text: saved,
      inspection: null,
      inspected: '',
      readable: null,
      secrets: {},
      saved,
      turns: 0,
    };
    void this.inspectNow();
  }

  readonly get = (): Snapshot => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private set(change: Partial<Snapshot>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }

  get dirty(): boolean {
    return this.state.text !== this.state.saved || Object.keys(this.liveSecrets()).length > 0;
  }

  private get moment(): Moment {
    return { text: this.state.text, secrets: this.state.secrets };
  }

  setText(text: string): void {
    if (text === this.state.text) return;
    const before = this.moment;
    this.set({ text });
    if (!this.writing) this.history.typed(before, this.moment, Date.now());
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.inspectNow(), this.delay);
  }

  /** Latest wins: an answer about an older text is dropped. */
  async inspectNow(): Promise<UrlInspection | null> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.request += 1;
    const request = this.request;
    const { text } = this.state;
    const answer = await this.model.inspect(text).catch(() => null);
    const inspection = answer && hidden(answer, text);
    if (request === this.request && text === this.state.text) {
      const readable = inspection?.valid || text.trim() === '' ? inspection : this.state.readable;
      this.set({ inspection, inspected: text, readable });
    }
    return inspection;
  }

  /**
   * One after another, each upon the text as it then is; typing in between makes it ask again. Edits that name the same
   * field are one undo step until `endStep`, and each is made upon the text before the first of them: what was typed
   * half neither moves an option nor stands in the way.
   *
   * Rejects with the engine's reason where it refuses the edit; the text is then as it was.
   */
  edit(edit: UrlEdit, field: string | null = null): Promise<void> {
    return this.inTurn(async () => {
      for (let attempt = 0; attempt < 5; attempt += 1) {
        const before = this.state.text;
        const begun = field === null ? null : this.history.baseOf(field, this.moment);
        const current = begun ?? before;
        const base = current.trim() === '' ? this.starter() : current;
        const changes = await this.model.edit(base, edit);
        if (this.state.text !== before) continue;
        const change = difference(before, applyChanges(base, changes));
        if (change) this.write(begun === null && base === before ? changes : [change], field);
        await this.inspectNow();
        return;
      }
    });
  }

  private inTurn(run: () => Promise<void>): Promise<void> {
    const result = this.queue.then(run);
    this.queue = result.catch(() => undefined);
    return result;
  }

  /** When every edit asked for so far is made or refused, and the text is read. */
  async settled(): Promise<void> {
    await this.queue;
  }

  /**
   * The field is left: what is typed next is an undo step of its own. Not where its typing made the string unreadable:
   * then only the text before it can be edited, and the field goes on from there.
   */
  endStep(): void {
    if (this.state.inspection?.valid !== false) this.history.close();
  }

  get canUndo(): boolean {
    return this.history.canUndo;
  }

  get canRedo(): boolean {
    return this.history.canRedo;
  }

  /** Takes back the last change, made in the string or in the form. */
  undo(): Promise<void> {
    return this.inTurn(() => this.restore(this.history.back()));
  }

  redo(): Promise<void> {
    return this.inTurn(() => this.restore(this.history.forth()));
  }

  private async restore(moment: Moment | null): Promise<void> {
    if (!moment) return;
    this.set({ secrets: moment.secrets, turns: this.state.turns + 1 });
    const change = difference(this.state.text, moment.text);
    if (change) this.apply([change]);
    await this.inspectNow();
  }

  /** Makes a repair of the text that was inspected; of an older text it would change the wrong place. */
  repair(changes: UrlTextChange[]): void {
    if (this.state.inspected !== this.state.text) return;
    this.write(changes, null);
    void this.inspectNow();
  }

  /** What may stand at a place of the text. */
  readonly complete = (text: string, offset: number): Promise<UrlCompletions> =>
    this.model.complete(text, offset);

  private write(changes: UrlTextChange[], field: string | null): void {
    const before = this.moment;
    this.apply(changes);
    this.history.edited(before, this.moment, field, Date.now());
  }

  private apply(changes: UrlTextChange[]): void {
    this.writing = true;
    try {
      if (this.applyTo) this.applyTo(changes);
      else this.setText(applyChanges(this.state.text, changes));
    } finally {
      this.writing = false;
    }
  }

  /**
   * A secret typed in its own field: the text gets `***`, by the edit `mask`, where it has none yet; the value stays
   * here until it is saved. Rejects where the engine refuses the mask, and the value is then let go.
   */
  async setSecret(slot: string, value: string, mask = maskOf(slot)): Promise<void> {
    const key = secretKey(slot);
    const field = `secret:${key}`;
    const before = this.moment;
    const secrets = { ...before.secrets };
    if (value === '') delete secrets[key];
    else secrets[key] = value;
    this.set({ secrets });
    this.history.edited(before, this.moment, field, Date.now());
    if (value === '' || this.keeps(key)) return;
    try {
      await this.edit(mask, field);
    } catch (thrown) {
      const { [key]: _refused, ...rest } = this.state.secrets;
      this.set({ secrets: rest });
      throw thrown;
    }
  }

  private keeps(key: string): boolean {
    const { inspection, inspected, text } = this.state;
    if (!inspection?.valid || inspected !== text) return false;
    return inspection.secret_spans.some((span) => span.state === 'kept' && secretKey(span.slot) === key);
  }

  /** What was typed for a slot. */
  secret(slot: string): string {
    return this.state.secrets[secretKey(slot)] ?? '';
  }

  /** The secrets that still have a `***` to fill, by the engine's names of the slots. */
  liveSecrets(): Record<string, string> {
    const live: Record<string, string> = {};
    for (const { slot, state } of this.state.inspection?.secret_spans ?? []) {
      const value = this.state.secrets[secretKey(slot)];
      if (state === 'kept' && value !== undefined) live[slot] = value;
    }
    return live;
  }

  /** After a save: nothing of what was typed is kept, to undo least of all. */
  reset(saved: string): void {
    this.set({ saved, secrets: {}, turns: this.state.turns + 1 });
    const change = difference(this.state.text, saved);
    if (change) this.apply([change]);
    this.history.clear();
    void this.inspectNow();
  }

  /** Lets go of what was typed; an undo brings it back. */
  discard(saved: string): void {
    const before = this.moment;
    this.set({ saved, secrets: {}, turns: this.state.turns + 1 });
    const change = difference(this.state.text, saved);
    if (change) this.apply([change]);
    this.history.edited(before, this.moment, null, Date.now());
    void this.inspectNow();
  }
}

function maskOf(slot: string): UrlEdit {
  return slot === 'password'
    ? { kind: 'password_mask', present: true }
    : { kind: 'option', name: slot.replace(/^option:/, ''), value: '***' };
}
