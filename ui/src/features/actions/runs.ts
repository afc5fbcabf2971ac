/** Runs of actions: the last one of each stays, so that going elsewhere loses neither a result nor the way to end it. */

import { keys, queries } from '../../app/queries';
import { createStore, type Store } from '../../app/store';
import type { ColumnView } from '../../bindings/ColumnView';
import type { RunEvent } from '../../bindings/RunEvent';
import type { RunPage } from '../../bindings/RunPage';
import { type AppError, asAppError, platform } from '../../platform';
import { newRunId } from '../matrix/testRuns';

export type Phase = 'running' | 'done' | 'failed';

/** What became of a statement that failed. */
export type Fate = 'not_sent' | 'refused' | 'rolled_back' | 'unknown';

export interface Run {
  id: string;
  actionId: string;
  slug: string;
  phase: Phase;
  /** Whether what runs is a further page. */
  more: boolean;
  cancelling: boolean;
  /** `performance.now()`. */
  startedAt: number;
  endedAt: number | null;
  server: string | null;
  /** The attempt under way, from 1. */
  attempt: number;
  columns: ColumnView[];
  rows: unknown[][];
  page: RunPage | null;
  error: AppError | null;
}

/** By the action's id. */
export const runs: Store<{ byAction: ReadonlyMap<string, Run> }> = createStore<{
  byAction: ReadonlyMap<string, Run>;
}>({ byAction: new Map() });

export function runOf(actionId: string): Run | undefined {
  return runs.get().byAction.get(actionId);
}

function put(actionId: string, run: Run | null): void {
  runs.set(({ byAction }) => {
    const next = new Map(byAction);
    if (run) next.set(actionId, run);
    else next.delete(actionId);
    return { byAction: next };
  });
}

/** Changes a run if it is still the one that is shown. */
function change(id: string, actionId: string, to: (run: Run) => Partial<Run>): void {
  const run = runOf(actionId);
  if (run?.id === id) put(actionId, { ...run, ...to(run) });
}

/** Events are applied together, twenty times a second: a hundred thousand rows must not draw a thousand times. */
const PACE = 50;

async function listen(
  id: string,
  actionId: string,
  send: (onEvent: (event: RunEvent) => void) => Promise<RunPage>,
): Promise<void> {
  let pending: RunEvent[] = [];
  let timer: ReturnType<typeof setTimeout> | null = null;
  let first = true;
  const flush = () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const events = pending;
    pending = [];
    if (events.length === 0) return;
    change(id, actionId, (run) => {
      const next = { ...run };
      const rows: unknown[][][] = [];
      for (const event of events) {
        if (event.kind === 'connected') next.server = event.server;
        else if (event.kind === 'retrying') next.attempt = event.attempt;
        else if (event.kind === 'columns') next.columns = event.columns;
        else rows.push(event.rows);
      }
      if (rows.length > 0) next.rows = run.rows.concat(...rows);
      return next;
    });
  };
  const onEvent = (event: RunEvent) => {
    pending.push(event);
    // The first rows are on the screen at once.
    if (first && event.kind === 'rows') {
      first = false;
      flush();
    } else timer ??= setTimeout(flush, PACE);
  };
  try {
    const page = await send(onEvent);
    flush();
    change(id, actionId, () => ({ phase: 'done', page, endedAt: performance.now(), cancelling: false }));
  } catch (thrown) {
    flush();
    change(id, actionId, () => ({
      phase: 'failed',
      error: asAppError(thrown),
      endedAt: performance.now(),
      cancelling: false,
    }));
  }
  void queries.invalidateQueries({ queryKey: keys.activity });
}

export interface RunWish {
  actionId: string;
  slug: string;
  json: string;
  confirm?: string | undefined;
  retries: number;
}

/** Runs an action. What was left of its last result at the server is given up. */
export async function startRun(wish: RunWish): Promise<void> {
  const { actionId, slug, json, confirm, retries } = wish;
  const last = runOf(actionId);
  if (last?.phase === 'running') return;
  if (last?.page?.more) void platform.actionCancel(last.id).catch(() => undefined);
  const id = newRunId();
  put(actionId, {
    id,
    actionId,
    slug,
    phase: 'running',
    more: false,
    cancelling: false,
    startedAt: performance.now(),
    endedAt: null,
    server: null,
    attempt: 1,
    columns: [],
    rows: [],
    page: null,
    error: null,
  });
  await listen(id, actionId, (onEvent) =>
    platform.actionRun(
      {
        run_id: id,
        action_id: actionId,
        env: slug,
        input: { json },
        retries,
        ...(confirm === undefined ? {} : { confirm }),
      },
      onEvent,
    ),
  );
}

export async function fetchMore(actionId: string): Promise<void> {
  const run = runOf(actionId);
  if (run?.phase !== 'done' || !run.page?.more) return;
  put(actionId, {
    ...run,
    phase: 'running',
    more: true,
    startedAt: performance.now(),
    endedAt: null,
  });
  await listen(run.id, actionId, (onEvent) => platform.actionMore(run.id, null, onEvent));
}

export async function cancelRun(actionId: string): Promise<void> {
  const run = runOf(actionId);
  if (run?.phase !== 'running' || run.cancelling) return;
  change(run.id, actionId, () => ({ cancelling: true }));
  try {
    await platform.actionCancel(run.id);
  } catch {
    change(run.id, actionId, () => ({ cancelling: false }));
  }
}

export interface Failure {
  /** `unknown` is told very differently: it may have been done. */
  fate: Fate | null;
  attempts: number;
  serverCode: string | null;
  /** In characters of the statement as it was sent, from 1. */
  position: number | null;
  stage: string | null;
}

export function failureOf(error: AppError): Failure {
  const detail = (typeof error.detail === 'object' && error.detail !== null ? error.detail : {}) as Record<
    string,
    unknown
  >;
  const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
  const number = (value: unknown): number | null => (typeof value === 'number' ? value : null);
  const fate = text(detail.fate);
  return {
    fate:
      fate === 'not_sent' || fate === 'refused' || fate === 'rolled_back' || fate === 'unknown' ? fate : null,
    attempts: number(detail.attempts) ?? 1,
    serverCode: text(detail.server_code),
    position: number(detail.position),
    stage: text(detail.stage),
  };
}
