/** What stands between the button and a run. Enforced in Rust; this only asks for what Rust will ask for. */
import type { MigrationExceptions } from '../../bindings/MigrationExceptions';
import type { MigrationPlan } from '../../bindings/MigrationPlan';

export const NO_EXCEPTIONS: MigrationExceptions = {
  skip_order: false,
  accept_drift: false,
  accept_checksum: false,
};

export type ExceptionName = keyof MigrationExceptions;

export function isException(name: string | null): name is ExceptionName {
  return name !== null && name in NO_EXCEPTIONS;
}

/** Whether a press of the button would do something: nothing stands in the way, and there is something to do. */
export function canRun(plan: MigrationPlan, kind: string): boolean {
  if (plan.obstacles.length > 0) return false;
  return plan.steps.length > 0 || kind === 'baseline' || kind === 'repair';
}

/** What is sent as confirmation; null where what was typed does not confirm. */
export function confirmation(guard: MigrationPlan['guard'], tag: string, typed: string): string | null {
  if (guard === 'confirm') return tag;
  return guard === 'tag' && typed.trim() === tag ? tag : null;
}
