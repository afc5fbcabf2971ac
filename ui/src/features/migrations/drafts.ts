/** What is typed in a migration’s editor and not saved: it stays while the window is open, wherever one goes. */
import { createStore } from '../../app/store';
import type { MigrationCheck } from '../../bindings/MigrationCheck';
import type { MigrationInput } from '../../bindings/MigrationInput';
import type { MigrationPatchInput } from '../../bindings/MigrationPatchInput';
import type { MigrationSide } from '../../bindings/MigrationSide';
import type { MigrationTexts } from '../../bindings/MigrationTexts';
import type { MigrationView } from '../../bindings/MigrationView';
import type { MigrationWaiver } from '../../bindings/MigrationWaiver';
import { suggestTag } from '../products/naming';

export interface Draft {
  name: string;
  /** Null until it is typed: the name suggests it. */
  tag: string | null;
  description: string;
  texts: MigrationTexts;
  noTransaction: boolean;
  waivers: MigrationWaiver[];
}

interface Kept {
  draft: Draft;
  /** What it was made from: another window may have saved since. Null for a new migration. */
  base: MigrationView | null;
  /** It was written by a comparison of schemas. */
  proposed?: boolean;
}

export const drafts = createStore<{ byKey: Readonly<Record<string, Kept>> }>({ byKey: {} });

/** A new migration of a database has a draft too. */
export const newKey = (databaseId: string): string => `new:${databaseId}`;

export function setDraft(key: string, draft: Draft, base: MigrationView | null, proposed = false): void {
  drafts.set(({ byKey }) => ({ byKey: { ...byKey, [key]: { draft, base, proposed } } }));
}

export function dropDraft(key: string): void {
  drafts.set(({ byKey }) => {
    const { [key]: _gone, ...rest } = byKey;
    return { byKey: rest };
  });
}

export const tagOf = (draft: Draft): string => draft.tag ?? suggestTag(draft.name);

export function emptyDraft(): Draft {
  return {
    name: '',
    tag: null,
    description: '',
    texts: { up: '', down: '', pre: '', post: '' },
    noTransaction: false,
    waivers: [],
  };
}

export function draftOf({ record, texts }: MigrationView): Draft {
  return {
    name: record.name,
    tag: record.tag,
    description: record.description ?? '',
    texts,
    noTransaction: record.no_transaction ?? false,
    waivers: record.waivers ?? [],
  };
}

export function inputOf(draft: Draft): MigrationInput {
  return {
    name: draft.name.trim(),
    tag: tagOf(draft),
    ...(draft.description.trim() === '' ? {} : { description: draft.description }),
    texts: draft.texts,
    no_transaction: draft.noTransaction,
    waivers: draft.waivers,
  };
}

const SIDES: MigrationSide[] = ['up', 'down', 'pre', 'post'];

const sameTexts = (a: MigrationTexts, b: MigrationTexts): boolean =>
  SIDES.every((side) => a[side] === b[side]);
const sameWaivers = (a: MigrationWaiver[], b: MigrationWaiver[]): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

/** What a draft changes in the migration it was made from. */
export function patchOf(view: MigrationView, draft: Draft): MigrationPatchInput {
  const base = draftOf(view);
  const patch: MigrationPatchInput = { fingerprint: view.fingerprint };
  if (draft.name.trim() !== base.name) patch.name = draft.name.trim();
  if (tagOf(draft) !== base.tag) patch.tag = tagOf(draft);
  if (draft.description !== base.description) patch.description = draft.description.trim() || null;
  if (!sameTexts(draft.texts, base.texts)) patch.texts = draft.texts;
  if (draft.noTransaction !== base.noTransaction) patch.no_transaction = draft.noTransaction;
  if (!sameWaivers(draft.waivers, base.waivers)) patch.waivers = draft.waivers;
  return patch;
}

/** Whether anything is typed, be it a space that would not be saved: what is typed stays in its field. */
export function isChanged(view: MigrationView, draft: Draft): boolean {
  const base = draftOf(view);
  return (
    draft.name !== base.name ||
    draft.tag !== base.tag ||
    draft.description !== base.description ||
    draft.noTransaction !== base.noTransaction ||
    !sameTexts(draft.texts, base.texts) ||
    !sameWaivers(draft.waivers, base.waivers)
  );
}

/** The statements of `up`, as they stand in the text that was checked. */
export function statementsOf(text: string, check: MigrationCheck): string[] {
  return check.statements.filter(({ side }) => side === 'up').map(({ start, end }) => text.slice(start, end));
}

/**
 * Waivers name a statement by its number. When statements come, go or move before it, the waiver goes with its
 * statement; one whose statement is gone is gone, so that it never lets something else pass.
 */
export function followWaivers(
  waivers: MigrationWaiver[],
  before: string[],
  after: string[],
): MigrationWaiver[] {
  return waivers.flatMap((waiver) => {
    const text = before[waiver.statement - 1];
    if (text === undefined || text === after[waiver.statement - 1]) return [waiver];
    const places = after.flatMap((other, at) => (other === text ? [at + 1] : []));
    const [only] = places;
    if (only !== undefined && places.length === 1) return [{ ...waiver, statement: only }];
    // Written anew in its place: the person who waived it is the one who writes.
    const gone = before.length > after.length || places.length > 1;
    const rest = before.filter((other) => !after.includes(other));
    return gone || rest.length > 1 ? [] : [waiver];
  });
}
