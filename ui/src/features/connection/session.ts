import type { UrlCompletions } from '../../bindings/UrlCompletions';
import type { UrlEdit } from '../../bindings/UrlEdit';
import type { UrlInspection } from '../../bindings/UrlInspection';
import type { UrlTextChange } from '../../bindings/UrlTextChange';

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

export interface Snapshot {
  text: string;
  /** Of `inspected`, which may lag behind `text` by a keystroke. */
  inspection: UrlInspection | null;
  inspected: string;
  /** Secrets typed in fields of their own, by slot. They never enter the text. */
  secrets: Readonly<Record<string, string>>;
  saved: string;
}

/**
 * One connection being edited. The text is the truth: typing changes it, the form changes it through the engine's
 * own edits, and what the form shows is what the engine reads from it. Outlives the panel, so that closing a cell
 * loses nothing.
 */
export class EditorSession {
  private state: Snapshot;
  private readonly listeners = new Set<() => void>();
  private timer: ReturnType<typeof setTimeout> | null = null;
  private request = 0;
  private queue: Promise<unknown> = Promise.resolve();
  /** Set by the editor, so that its cursor and its undo know of the form's edits. */
  applyTo: ((changes: UrlTextChange[]) => void) | null = null;

  constructor(
    private readonly model: UrlModel,
    saved: string,
    /** What a form edit of an empty text starts from. */
    private readonly starter: string,
    private readonly delay = 30,
  ) {
    this.state = { text: saved, inspection: null, inspected: '', secrets: {}, saved };
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

  setText(text: string): void {
    if (text === this.state.text) return;
    this.set({ text });
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
    const inspection = await this.model.inspect(text).catch(() => null);
    if (request === this.request && text === this.state.text) this.set({ inspection, inspected: text });
    return inspection;
  }

  /** One after another, each upon the text as it then is; typing in between makes it ask again. */
  edit(edit: UrlEdit): Promise<void> {
    const run = async (): Promise<void> => {
      for (let attempt = 0; attempt < 5; attempt += 1) {
        const before = this.state.text;
        const empty = before.trim() === '';
        const base = empty ? this.starter : before;
        const changes = await this.model.edit(base, edit);
        if (this.state.text !== before) continue;
        if (empty) this.write([{ start: 0, end: before.length, insert: applyChanges(base, changes) }]);
        else if (changes.length > 0) this.write(changes);
        await this.inspectNow();
        return;
      }
    };
    const result = this.queue.then(run);
    this.queue = result.catch(() => undefined);
    return result;
  }

  /** Makes a repair of the text that was inspected; of an older text it would change the wrong place. */
  repair(changes: UrlTextChange[]): void {
    if (this.state.inspected !== this.state.text) return;
    this.write(changes);
    void this.inspectNow();
  }

  /** What may stand at a place of the text. */
  readonly complete = (text: string, offset: number): Promise<UrlCompletions> =>
    this.model.complete(text, offset);

  private write(changes: UrlTextChange[]): void {
    if (this.applyTo) this.applyTo(changes);
    else this.setText(applyChanges(this.state.text, changes));
  }

  /** A secret typed in its own field: the text gets `***`, the value stays here until it is saved. */
  async setSecret(slot: string, value: string): Promise<void> {
    const secrets = { ...this.state.secrets };
    if (value === '') delete secrets[slot];
    else secrets[slot] = value;
    this.set({ secrets });
    if (value === '') return;
    const there = this.state.inspection?.secret_spans.some(
      (span) => span.slot === slot && span.state === 'kept',
    );
    if (there) return;
    if (slot === 'password') await this.edit({ kind: 'password_mask', present: true });
    else if (slot.startsWith('option:'))
      await this.edit({ kind: 'option', name: slot.slice(7), value: '***' });
  }

  /** The secrets that still have a `***` to fill. */
  liveSecrets(): Record<string, string> {
    const { secrets, inspection } = this.state;
    const slots = new Set(
      inspection?.secret_spans.filter((span) => span.state === 'kept').map((span) => span.slot),
    );
    return Object.fromEntries(Object.entries(secrets).filter(([slot]) => slots.has(slot)));
  }

  /** After a save, or to let go of what was typed. */
  reset(saved: string): void {
    this.set({ saved, secrets: {} });
    const { text } = this.state;
    if (text !== saved) this.write([{ start: 0, end: text.length, insert: saved }]);
    void this.inspectNow();
  }
}
