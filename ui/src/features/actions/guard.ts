/** What stands between the Run button and a run. Enforced in Rust; this only asks for what Rust will ask for. */
import type { ActionPlan } from '../../bindings/ActionPlan';
import type { EnvironmentClassView } from '../../bindings/EnvironmentClassView';

export type Gate =
  | { kind: 'run' }
  | { kind: 'refused'; message: string }
  /** The plan is shown; one click sends the tag. */
  | { kind: 'confirm' }
  /** The plan is shown, and the tag is typed. */
  | { kind: 'tag' };

export function gateOf(plan: Pick<ActionPlan, 'guard' | 'refused'>): Gate {
  if (plan.refused !== undefined) return { kind: 'refused', message: plan.refused };
  return plan.guard === 'none' ? { kind: 'run' } : { kind: plan.guard };
}

/** What is sent as confirmation; null where what was typed does not confirm. */
export function confirmation(gate: Gate, tag: string, typed: string): string | null {
  if (gate.kind === 'confirm') return tag;
  return gate.kind === 'tag' && typed.trim() === tag ? tag : null;
}

/** What a press of Run will ask, as far as it can be told before the inputs are typed. */
export function expectedGuard(
  of: EnvironmentClassView,
  action: { writes: boolean; unfiltered: boolean },
): ActionPlan['guard'] {
  if (action.unfiltered) return 'tag';
  if (!action.writes || of === 'development') return 'none';
  return of === 'staging' ? 'confirm' : 'tag';
}
