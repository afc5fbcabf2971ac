/** Comparisons of an action in two environments: the last one of each stays, as its runs do. */
import { keys, queries } from '../../app/queries';
import { createStore } from '../../app/store';
import type { ColumnView } from '../../bindings/ColumnView';
import type { RowComparison } from '../../bindings/RowComparison';
import type { SchemaOutline } from '../../bindings/SchemaOutline';
import { type AppError, asAppError, platform } from '../../platform';
import { newRunId } from '../matrix/testRuns';
import type { DifferentRow } from '../results/compareLines';

export interface Comparing {
  id: string;
  left: string;
  right: string;
  phase: 'running' | 'done' | 'failed';
  cancelling: boolean;
  /** `performance.now()`. */
  startedAt: number;
  result: RowComparison | null;
  error: AppError | null;
}

/** What is chosen for the next one. */
export interface Choice {
  left: string;
  right: string;
  key: string[];
}

/** By the action's id. */
export const comparisons = createStore<{
  byAction: ReadonlyMap<string, Comparing>;
  choices: ReadonlyMap<string, Choice>;
}>({ byAction: new Map(), choices: new Map() });

export function choose(actionId: string, choice: Choice): void {
  comparisons.set(({ choices }) => ({ choices: new Map(choices).set(actionId, choice) }));
}

function change(actionId: string, id: string, to: Partial<Comparing>): void {
  const comparing = comparisons.get().byAction.get(actionId);
  if (comparing?.id !== id) return;
  comparisons.set(({ byAction }) => ({
    byAction: new Map(byAction).set(actionId, { ...comparing, ...to }),
  }));
}

export function isComparing(actionId: string): boolean {
  return comparisons.get().byAction.get(actionId)?.phase === 'running';
}

/** Answers the fault, for the form to place it at its inputs. */
export async function startComparison(actionId: string, choice: Choice, json: string): Promise<unknown> {
  if (isComparing(actionId)) return null;
  const id = newRunId();
  const { left, right, key } = choice;
  comparisons.set(({ byAction }) => ({
    byAction: new Map(byAction).set(actionId, {
      id,
      left,
      right,
      phase: 'running',
      cancelling: false,
      startedAt: performance.now(),
      result: null,
      error: null,
    }),
  }));
  try {
    const result = await platform.actionCompare({
      run_id: id,
      action_id: actionId,
      left,
      right,
      input: { json },
      key,
    });
    change(actionId, id, { phase: 'done', result, cancelling: false });
    return null;
  } catch (thrown) {
    change(actionId, id, { phase: 'failed', error: asAppError(thrown), cancelling: false });
    return thrown;
  } finally {
    void queries.invalidateQueries({ queryKey: [...keys.action, actionId, 'history'] });
  }
}

export async function cancelComparison(actionId: string): Promise<void> {
  const comparing = comparisons.get().byAction.get(actionId);
  if (comparing?.phase !== 'running' || comparing.cancelling) return;
  change(actionId, comparing.id, { cancelling: true });
  try {
    await platform.actionCompareCancel(comparing.id);
  } catch {
    change(actionId, comparing.id, { cancelling: false });
  }
}

/** Two different environments: what was chosen where that is still there, else the shown one and the next. */
export function sidesOf(
  slugs: string[],
  shown: string,
  chosen: Pick<Choice, 'left' | 'right'> | undefined,
): { left: string; right: string } | null {
  const left = chosen && slugs.includes(chosen.left) ? chosen.left : shown;
  const right =
    chosen && chosen.right !== left && slugs.includes(chosen.right)
      ? chosen.right
      : slugs.find((slug) => slug !== left);
  return right === undefined || !slugs.includes(left) ? null : { left, right };
}

/** Both sides after one was chosen: choosing what the other has swaps them. */
export function withSide<S extends Pick<Choice, 'left' | 'right'>>(
  sides: S,
  side: 'left' | 'right',
  slug: string,
): S {
  const other = side === 'left' ? 'right' : 'left';
  return { ...sides, [side]: slug, [other]: sides[other] === slug ? sides[side] : sides[other] };
}

/** The columns that a key can be of, from the best source there is: two of a name can't be told apart. */
export function keyColumns(
  compared: readonly ColumnView[] | undefined,
  result: readonly ColumnView[] | undefined,
  outline: SchemaOutline | undefined,
  table: string,
): string[] {
  const known = outline?.tables.find(({ name }) => name === table)?.columns;
  const columns = [compared, result, known].find((source) => source !== undefined && source.length > 0) ?? [];
  const names = columns.map(({ name }) => name);
  return names.filter((name, at) => names.indexOf(name) === at && names.lastIndexOf(name) === at);
}

/** Names as they are typed, with commas between. */
export function typedNames(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
}

/** Rows that differ, with what each is known by. */
export function namedRows({ columns, key, different }: RowComparison): DifferentRow[] {
  const places = key.map((name) => columns.findIndex((column) => column.name === name));
  return different.map((row) => ({ ...row, key: places.map((place) => row.left[place]) }));
}
