/** Runs of migrations: the last one of each target stays, so that going elsewhere loses neither progress nor the way to end it. */

import { navigation } from '../../app/navigation';
import { keys, queries, refreshCatalog } from '../../app/queries';
import { createStore } from '../../app/store';
import type { MigrationRunEvent } from '../../bindings/MigrationRunEvent';
import type { MigrationRunReport } from '../../bindings/MigrationRunReport';
import type { MigrationRunRequest } from '../../bindings/MigrationRunRequest';
import { type AppError, asAppError, platform } from '../../platform';
import { newRunId } from '../matrix/testRuns';
import { putCells } from './cells';

export interface StatementDone {
  statement: number;
  ms: number;
  affected: number | null;
  notices: string[];
}

export interface CheckDone {
  before: boolean;
  check: number;
  passed: boolean;
}

/** One migration of a run. */
export interface Progress {
  tag: string;
  direction: string;
  statements: number;
  /** The first that is sent. */
  from: number;
  done: StatementDone[];
  checks: CheckDone[];
  /** Null while it runs. */
  state: string | null;
  ms: number | null;
  already: boolean;
}

/** What a target has told. */
export interface Told {
  server: string | null;
  /** Who has the lock that it waits for. */
  holder: string | null;
  steps: Progress[];
}

export const NOTHING_TOLD: Told = { server: null, holder: null, steps: [] };

/** What a target has told, with one event more. */
export function told(before: Told, event: MigrationRunEvent): Told {
  switch (event.event) {
    case 'target':
      return { ...before, server: event.server, holder: null };
    case 'waiting':
      return { ...before, holder: event.holder };
    case 'begun':
      return {
        ...before,
        holder: null,
        steps: [
          ...before.steps,
          {
            tag: event.tag,
            direction: event.direction,
            statements: event.statements,
            from: event.from,
            done: [],
            checks: [],
            state: null,
            ms: null,
            already: false,
          },
        ],
      };
    case 'done':
      return before;
    default: {
      const at = before.steps.findLastIndex(({ tag }) => tag === event.tag);
      const known = before.steps[at];
      // One that another runner had done has not begun here.
      const step: Progress = known ?? {
        tag: event.tag,
        direction: 'direction' in event ? event.direction : 'up',
        statements: 'statements' in event ? event.statements : 0,
        from: 1,
        done: [],
        checks: [],
        state: null,
        ms: null,
        already: false,
      };
      const next = { ...step };
      if (event.event === 'check') {
        const { before: first, check, passed } = event;
        next.checks = [...step.checks, { before: first, check, passed }];
      } else if (event.event === 'statement') {
        const { statement, ms, affected, notices } = event;
        next.done = [...step.done, { statement, ms, affected, notices }];
      } else {
        next.state = event.dry_run ? 'taken_back' : event.state;
        next.ms = event.ms;
        next.already = event.already;
      }
      return {
        ...before,
        holder: null,
        steps: known
          ? before.steps.map((other, index) => (index === at ? next : other))
          : [...before.steps, next],
      };
    }
  }
}

export type Phase = 'running' | 'done' | 'failed';

export interface Run {
  id: string;
  request: Omit<MigrationRunRequest, 'run_id'>;
  phase: Phase;
  cancelling: boolean;
  /** `performance.now()`. */
  startedAt: number;
  told: Told;
  report: MigrationRunReport | null;
  error: AppError | null;
}

export const runKey = (databaseId: string, slug: string): string => `${databaseId}@${slug}`;

export const runs = createStore<{ byTarget: ReadonlyMap<string, Run> }>({ byTarget: new Map() });

function put(key: string, run: Run | null): void {
  runs.set(({ byTarget }) => {
    const next = new Map(byTarget);
    if (run) next.set(key, run);
    else next.delete(key);
    return { byTarget: next };
  });
}

function change(key: string, id: string, to: (run: Run) => Partial<Run>): void {
  const run = runs.get().byTarget.get(key);
  if (run?.id === id) put(key, { ...run, ...to(run) });
}

export function forgetRun(key: string): void {
  put(key, null);
}

/** Events are applied together, twenty times a second: five hundred migrations must not draw five thousand times. */
export function gathered(apply: (events: MigrationRunEvent[]) => void): {
  onEvent: (event: MigrationRunEvent) => void;
  flush: () => void;
} {
  let pending: MigrationRunEvent[] = [];
  let timer: ReturnType<typeof setTimeout> | null = null;
  const flush = () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const events = pending;
    pending = [];
    if (events.length > 0) apply(events);
  };
  return {
    flush,
    onEvent(event) {
      pending.push(event);
      timer ??= setTimeout(flush, 50);
    },
  };
}

export function cellsOf(events: MigrationRunEvent[]) {
  return events.flatMap((event) => (event.event === 'done' ? [event.cell] : []));
}

/** Runs a deed in one target. Resolves when it has ended; how is in the store. */
export async function startRun(request: Omit<MigrationRunRequest, 'run_id'>): Promise<void> {
  const key = runKey(request.database_id, request.env);
  if (runs.get().byTarget.get(key)?.phase === 'running') return;
  const id = newRunId();
  const { productId } = navigation.get();
  put(key, {
    id,
    request,
    phase: 'running',
    cancelling: false,
    startedAt: performance.now(),
    told: NOTHING_TOLD,
    report: null,
    error: null,
  });
  const { onEvent, flush } = gathered((events) => {
    change(key, id, (run) => ({ told: events.reduce(told, run.told) }));
    if (productId !== null && !request.dry_run) putCells(productId, cellsOf(events));
  });
  try {
    const report = await platform.migrationRun({ ...request, run_id: id }, onEvent);
    flush();
    if (productId !== null && !request.dry_run) putCells(productId, [report.cell]);
    change(key, id, () => ({ phase: 'done', report, cancelling: false }));
  } catch (thrown) {
    flush();
    change(key, id, () => ({ phase: 'failed', error: asAppError(thrown), cancelling: false }));
  }
  await refreshCatalog();
  void queries.invalidateQueries({ queryKey: keys.activity });
}

export async function cancelRun(key: string): Promise<void> {
  const run = runs.get().byTarget.get(key);
  if (run?.phase !== 'running' || run.cancelling) return;
  change(key, run.id, () => ({ cancelling: true }));
  try {
    await platform.migrationCancel(run.id);
  } catch {
    change(key, run.id, () => ({ cancelling: false }));
  }
}

export interface Failure {
  fate: string | null;
  /** Tags that this run has applied, or reverted. */
  applied: string[];
  tag: string | null;
  statement: number | null;
  statementsDone: number | null;
  statements: number | null;
  /** Which target of a batch it was: `shop/orders@dev`. */
  target: string | null;
}

export function failureOf(error: AppError): Failure {
  const detail = (typeof error.detail === 'object' && error.detail !== null ? error.detail : {}) as Record<
    string,
    unknown
  >;
  const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
  const number = (value: unknown): number | null => (typeof value === 'number' ? value : null);
  return {
    fate: text(detail.fate),
    applied: Array.isArray(detail.applied)
      ? detail.applied.filter((tag): tag is string => typeof tag === 'string')
      : [],
    tag: text(detail.tag),
    statement: number(detail.statement),
    statementsDone: number(detail.statements_done),
    statements: number(detail.statements),
    target: text(detail.target),
  };
}
