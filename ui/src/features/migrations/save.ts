/** Sends what an editor holds. */
import type { Changed } from '../../bindings/Changed';
import type { MigrationPatchInput } from '../../bindings/MigrationPatchInput';
import type { MigrationView } from '../../bindings/MigrationView';
import { asAppError, type ConflictChange, conflictOf, platform } from '../../platform';

/** A fault deep in a list is shown at its editor: `value.up[2]` and `texts.up` have no field of their own. */
function atFields(thrown: unknown): unknown {
  const error = asAppError(thrown);
  const detail = error.detail as { faults?: { field: string }[] } | undefined;
  if (error.code !== 'validation' || !Array.isArray(detail?.faults)) return thrown;
  const faults = detail.faults.map((fault) => ({
    ...fault,
    field: fault.field
      .replace(/^(?:value|texts|checks)\.(up|down|pre|post)\b.*$/, '$1')
      .replace(/^(up|down|pre|post)\W.*$/, '$1'),
  }));
  return { ...error, detail: { ...detail, faults } };
}

export async function placed<T>(sending: Promise<T>): Promise<T> {
  try {
    return await sending;
  } catch (thrown) {
    throw atFields(thrown);
  }
}

/** What must be typed before `up` of one that is applied is changed. */
export interface ChecksumQuestion {
  confirm: string;
  /** Where it is applied with the other text. */
  applied: string[];
  /** What could not be asked, in plain sentences. */
  notes: string[];
}

const texts = (list: unknown): string[] =>
  Array.isArray(list) ? list.filter((item): item is string => typeof item === 'string') : [];

/** Whether a refusal asks for the new checksum to be accepted. */
export function checksumQuestion(thrown: unknown): ChecksumQuestion | null {
  const { detail } = asAppError(thrown);
  if (typeof detail !== 'object' || detail === null) return null;
  const { confirm, guard, applied, notes } = detail as Record<string, unknown>;
  if (typeof confirm !== 'string' || guard !== 'checksum') return null;
  return { confirm, applied: texts(applied), notes: texts(notes) };
}

/** The statements of a record’s `value` or `checks`, to be read. */
function shown(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value))
    return value.map((item) => (typeof item === 'string' ? item : JSON.stringify(item))).join(';\n');
  if (typeof value !== 'object' || value === null) return '';
  return Object.entries(value)
    .map(([side, list]) => `${side}: ${shown(list)}`)
    .join('\n');
}

/** The record keeps statements in `value` and `checks`, the editor all of them as `texts`: they are taken or left together. */
export function asPatched(changes: ConflictChange[], patch: MigrationPatchInput): ConflictChange[] {
  const inTexts = ({ field }: ConflictChange) => /^(value|checks|texts)\b/.test(field);
  const statements = changes.filter(inTexts);
  const rest = changes.filter((change) => !inTexts(change) && (change.field.split('.')[0] ?? '') in patch);
  if (statements.length === 0 || patch.texts === undefined) return rest;
  const one = (side: 'base' | 'current' | 'yours') =>
    statements
      .map((change) => shown(change[side]))
      .filter(Boolean)
      .join('\n');
  return [...rest, { field: 'texts', base: one('base'), current: one('current'), yours: one('yours') }];
}

/**
 * Sends a patch. Where somebody saved meanwhile what this patch does not name, both stay; else the conflict is thrown,
 * with what both changed.
 */
export async function updateMigration(
  id: string,
  patch: MigrationPatchInput,
): Promise<Changed<MigrationView>> {
  try {
    return await placed(platform.migrationUpdate(id, patch));
  } catch (thrown) {
    const conflict = conflictOf(thrown);
    if (!conflict?.fingerprint) throw thrown;
    const both = asPatched(conflict.changes, patch);
    if (both.length === 0)
      return placed(platform.migrationUpdate(id, { ...patch, fingerprint: conflict.fingerprint }));
    throw {
      ...asAppError(thrown),
      detail: { current_fingerprint: conflict.fingerprint, changes: both },
    };
  }
}
