import type { UrlInspection } from '../../bindings/UrlInspection';
import { platform } from '../../platform';
import { EditorSession } from './session';

export interface DraftsSnapshot {
  /** The type that the URLs tell or that was chosen; null while nothing says. */
  type: string | null;
  /** By slug, what is typed. */
  texts: Readonly<Record<string, string>>;
  inspections: Readonly<Record<string, UrlInspection | null>>;
}

/**
 * The URLs of a database that does not exist yet, one editor session an environment. They share one type: the one
 * that was chosen, or else the one that the first of the URLs tells.
 */
export class UrlDrafts {
  private readonly sessions = new Map<string, EditorSession>();
  /** By slug, the type that the URL itself tells. */
  private readonly told = new Map<string, string | null>();
  private readonly listeners = new Set<() => void>();
  private chosen: string | null = null;
  /** A URL that was pasted into the empty form: it knows better than what was chosen before. */
  private pasted: string | null = null;
  private state: DraftsSnapshot = { type: null, texts: {}, inspections: {} };

  constructor(
    slugs: readonly string[],
    /** What is assumed while nothing tells. */
    private readonly fallback: string,
    /** What a URL of a type begins with, where one of its parts is given before any of it was typed. */
    starter: (type: string) => string,
  ) {
    for (const slug of slugs) {
      const session = new EditorSession(
        {
          inspect: (text) => this.inspect(slug, text),
          edit: (text, edit) => platform.urlEdit(text, this.type ?? fallback, edit),
          complete: (text, offset) => platform.urlComplete(text, this.type ?? fallback, offset),
        },
        '',
        () => starter(this.type ?? fallback),
      );
      session.subscribe(() => this.tell());
      this.sessions.set(slug, session);
    }
  }

  readonly get = (): DraftsSnapshot => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  of(slug: string): EditorSession | undefined {
    return this.sessions.get(slug);
  }

  /** The person says the type; the URLs are read again as of that type. */
  choose(type: string): void {
    this.chosen = type;
    this.pasted = null;
    this.typeMayHaveChanged();
  }

  /** The first URL of all sets the type, if it tells one. */
  wasPasted(slug: string): void {
    const others = [...this.sessions].some(([other, session]) => other !== slug && session.get().text !== '');
    if (!others) this.pasted = slug;
  }

  /** The first of `slugs` whose URL does not parse, as of now. */
  async firstBroken(slugs: readonly string[]): Promise<string | null> {
    for (const slug of slugs) if (!(await this.of(slug)?.inspectNow())?.valid) return slug;
    return null;
  }

  private get type(): string | null {
    const pasted = this.pasted === null ? null : this.told.get(this.pasted);
    const first = [...this.sessions.keys()].map((slug) => this.told.get(slug)).find((type) => type);
    return pasted ?? this.chosen ?? first ?? null;
  }

  private async inspect(slug: string, text: string): Promise<UrlInspection> {
    const free = await platform.urlInspect(text, null);
    this.told.set(slug, free.type);
    this.typeMayHaveChanged(slug);
    const type = this.type ?? this.fallback;
    return free.type === type || text.trim() === '' ? free : platform.urlInspect(text, type);
  }

  private typeMayHaveChanged(except?: string): void {
    const { type } = this;
    if (type === this.state.type) return;
    this.state = { ...this.state, type };
    for (const [slug, session] of this.sessions) if (slug !== except) void session.inspectNow();
    this.tell();
  }

  private tell(): void {
    const all = [...this.sessions].map(([slug, session]) => [slug, session.get()] as const);
    this.state = {
      type: this.state.type,
      texts: Object.fromEntries(all.map(([slug, { text }]) => [slug, text])),
      inspections: Object.fromEntries(all.map(([slug, { inspection }]) => [slug, inspection])),
    };
    for (const listener of this.listeners) listener();
  }
}
