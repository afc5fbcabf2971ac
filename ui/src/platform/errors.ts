/** What a refused command rejects with. The window matches `code`, never the text. */
export interface AppError {
  code: string;
  message: string;
  detail?: unknown;
  retryable: boolean;
}

export interface Fault {
  field: string;
  code: string;
  message: string;
}

export interface ConflictChange {
  field: string;
  base: unknown;
  current: unknown;
  yours: unknown;
}

export interface Conflict {
  /** Null for a record that has none. */
  revision: number | null;
  /** What an action or a migration has instead of a revision: a merged patch says this one. */
  fingerprint?: string;
  changes: ConflictChange[];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Anything thrown, as an AppError: IPC itself can also fail, with a plain string. */
export function asAppError(thrown: unknown): AppError {
  if (isRecord(thrown) && typeof thrown.code === 'string' && typeof thrown.message === 'string') {
    return {
      code: thrown.code,
      message: thrown.message,
      detail: thrown.detail,
      retryable: thrown.retryable === true,
    };
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { code: 'internal', message, retryable: false };
}

/** The faults of a refused input, each with the field it belongs to. */
export function faultsOf(thrown: unknown): Fault[] {
  const error = asAppError(thrown);
  if (error.code !== 'validation' || !isRecord(error.detail) || !Array.isArray(error.detail.faults))
    return [];
  return error.detail.faults.filter(
    (fault): fault is Fault =>
      isRecord(fault) && typeof fault.field === 'string' && typeof fault.message === 'string',
  );
}

/** What changed meanwhile, when that is why a change was refused. */
export function conflictOf(thrown: unknown): Conflict | null {
  const error = asAppError(thrown);
  if (error.code !== 'conflict' || !isRecord(error.detail)) return null;
  const { revision, current_fingerprint, changes } = error.detail;
  if (!Array.isArray(changes)) return null;
  if (typeof current_fingerprint === 'string')
    return { revision: null, fingerprint: current_fingerprint, changes: changes as ConflictChange[] };
  if (typeof revision !== 'number') return null;
  return { revision, changes: changes as ConflictChange[] };
}
