/** Sends what an editor holds. */
import type { ActionPatchInput } from '../../bindings/ActionPatchInput';
import type { ActionView } from '../../bindings/ActionView';
import type { Changed } from '../../bindings/Changed';
import { asAppError, conflictOf, platform } from '../../platform';

/** A fault deep in a template is shown at the template: `template.updateOne.set` has no field of its own. */
function atFields(thrown: unknown): unknown {
  const error = asAppError(thrown);
  const detail = error.detail as { faults?: { field: string }[] } | undefined;
  if (error.code !== 'validation' || !Array.isArray(detail?.faults)) return thrown;
  const faults = detail.faults.map((fault) => ({
    ...fault,
    field: fault.field.replace(/^(template|filterTemplate)\..*$/, '$1'),
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

/**
 * Sends a patch. Where somebody saved meanwhile what this patch does not name, both stay; else the conflict is thrown,
 * with the fields that both changed.
 */
export async function updateAction(id: string, patch: ActionPatchInput): Promise<Changed<ActionView>> {
  try {
    return await placed(platform.actionUpdate(id, patch));
  } catch (thrown) {
    const conflict = conflictOf(thrown);
    if (!conflict?.fingerprint) throw thrown;
    const both = conflict.changes.filter(({ field }) => field in patch);
    if (both.length === 0)
      return placed(platform.actionUpdate(id, { ...patch, fingerprint: conflict.fingerprint }));
    throw {
      ...asAppError(thrown),
      detail: { current_fingerprint: conflict.fingerprint, changes: both },
    };
  }
}
