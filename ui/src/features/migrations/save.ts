/** Sends what an editor holds. */
import type { Changed } from '../../bindings/Changed';
import type { MigrationPatchInput } from '../../bindings/MigrationPatchInput';
import type { MigrationView } from '../../bindings/MigrationView';
import { asAppError, conflictOf, platform } from '../../platform';

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
  /** Where it is applied, as far as the refusal says. */
  environments: string[];
}

/** Whether a refusal asks for the new checksum to be accepted. */
export function checksumQuestion(thrown: unknown): ChecksumQuestion | null {
  const { detail } = asAppError(thrown);
  if (typeof detail !== 'object' || detail === null) return null;
  const { confirm, guard, environments } = detail as Record<string, unknown>;
  if (typeof confirm !== 'string' || guard !== 'tag') return null;
  return {
    confirm,
    environments: Array.isArray(environments)
      ? environments.filter((slug): slug is string => typeof slug === 'string')
      : [],
  };
}

/**
 * Sends a patch. Where somebody saved meanwhile what this patch does not name, both stay; else the conflict is thrown,
 * with the fields that both changed.
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
    const both = conflict.changes.filter(({ field }) => (field.split('.')[0] ?? field) in patch);
    if (both.length === 0)
      return placed(platform.migrationUpdate(id, { ...patch, fingerprint: conflict.fingerprint }));
    throw {
      ...asAppError(thrown),
      detail: { current_fingerprint: conflict.fingerprint, changes: both },
    };
  }
}
