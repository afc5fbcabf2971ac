/** What is typed in an action's editor and not saved: it stays while the window is open, wherever one goes. */
import { createStore } from '../../app/store';
import type { ActionPatchInput } from '../../bindings/ActionPatchInput';
import type { ActionRecordInput } from '../../bindings/ActionRecordInput';
import type { ActionTypeView } from '../../bindings/ActionTypeView';
import type { ActionView } from '../../bindings/ActionView';
import { suggestTag } from '../products/naming';
import { givenSamples, sampleFields } from './samples';

export const TYPES: ActionTypeView[] = ['read', 'count', 'aggregate', 'create', 'update', 'delete'];

export interface Draft {
  name: string;
  /** Null until it is typed: the name suggests it. */
  tag: string | null;
  tableName: string;
  type: ActionTypeView;
  description: string;
  template: string;
  filter: string;
  allRows: boolean;
  script: boolean;
  /** Each as JSON text. */
  samples: string[];
}

interface Kept {
  draft: Draft;
  /** What it was made from: another window may have saved since. Null for a new action. */
  base: ActionView | null;
}

export const drafts = createStore<{ byKey: Readonly<Record<string, Kept>> }>({ byKey: {} });

/** A new action of a database has a draft too. */
export const newKey = (databaseId: string): string => `new:${databaseId}`;

export function setDraft(key: string, draft: Draft, base: ActionView | null): void {
  drafts.set(({ byKey }) => ({ byKey: { ...byKey, [key]: { draft, base } } }));
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
    tableName: '',
    type: 'read',
    description: '',
    template: '',
    filter: '',
    allRows: false,
    script: false,
    samples: [],
  };
}

export function draftOf({ record, template_text, filter_text, samples }: ActionView): Draft {
  return {
    name: record.name,
    tag: record.tag,
    tableName: record.tableName,
    type: record.type,
    description: record.description ?? '',
    template: template_text,
    filter: filter_text ?? '',
    allRows: record.allRows ?? false,
    script: record.script ?? false,
    samples,
  };
}

export function inputOf(draft: Draft): ActionRecordInput {
  return {
    name: draft.name.trim(),
    tag: tagOf(draft),
    tableName: draft.tableName.trim(),
    type: draft.type,
    template: draft.template,
    ...(draft.filter.trim() === '' ? {} : { filterTemplate: draft.filter }),
    ...(draft.description.trim() === '' ? {} : { description: draft.description }),
    ...(draft.allRows ? { allRows: true } : {}),
    ...(draft.script ? { script: true } : {}),
    ...givenSamples(draft.samples),
  };
}

/** What a draft changes in the action it was made from. An empty text and none are the same. */
export function patchOf(view: ActionView, draft: Draft): ActionPatchInput {
  const base = draftOf(view);
  const patch: ActionPatchInput = { fingerprint: view.fingerprint };
  if (draft.name.trim() !== base.name) patch.name = draft.name.trim();
  if (tagOf(draft) !== base.tag) patch.tag = tagOf(draft);
  if (draft.tableName.trim() !== base.tableName) patch.tableName = draft.tableName.trim();
  if (draft.type !== base.type) patch.type = draft.type;
  if (draft.description !== base.description) patch.description = draft.description.trim() || null;
  if (draft.template !== base.template) patch.template = draft.template;
  if (draft.filter !== base.filter) patch.filterTemplate = draft.filter.trim() === '' ? null : draft.filter;
  if (draft.allRows !== base.allRows) patch.allRows = draft.allRows;
  if (draft.script !== base.script) patch.script = draft.script;
  if (!isSame(draft.samples, base.samples)) Object.assign(patch, sampleFields(draft.samples));
  return patch;
}

/** Whether anything is typed, be it a space that would not be saved: what is typed stays in its field. */
export function isChanged(view: ActionView, draft: Draft): boolean {
  const base = draftOf(view);
  return (Object.keys(base) as (keyof Draft)[]).some((field) => !isSame(draft[field], base[field]));
}

/** Whether two values of a field are the same. */
export function isSame(left: Draft[keyof Draft], right: Draft[keyof Draft]): boolean {
  if (!Array.isArray(left) || !Array.isArray(right)) return left === right;
  return left.length === right.length && left.every((sample, index) => sample === right[index]);
}
