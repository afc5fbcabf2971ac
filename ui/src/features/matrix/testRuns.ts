import { attempt } from '../../app/changes';
import { navigation } from '../../app/navigation';
import { currentMatrix, keys, queries } from '../../app/queries';
import { createStore } from '../../app/store';
import type { MatrixView } from '../../bindings/MatrixView';
import type { TestEvent } from '../../bindings/TestEvent';
import type { TestResult } from '../../bindings/TestResult';
import { say } from '../../design/toasts';
import { platform } from '../../platform';
import { cellTest } from '../../platform/packed';
import { matrix as text } from '../../text/matrix';
import { readyForSecrets } from '../secrets/ask';
import type { Running } from './model';

interface Run {
  id: string;
  productId: string;
  total: number;
  done: number;
}

interface TestRuns {
  runs: Run[];
  /** By cell. */
  running: ReadonlyMap<string, Running>;
}

export const testRuns = createStore<TestRuns>({ runs: [], running: new Map() });

let serial = 0;
export function newRunId(): string {
  serial += 1;
  return `window-${Date.now().toString(36)}-${serial}`;
}

/** Results enter the matrix in place, once a frame: a thousand of them must not draw a thousand times. */
export function applyResults(matrix: MatrixView, results: ReadonlyMap<string, TestResult>): MatrixView {
  return {
    ...matrix,
    databases: matrix.databases.map((database) =>
      database.envs.some((config) => results.has(config.id))
        ? {
            ...database,
            envs: database.envs.map((config) => {
              const result = results.get(config.id);
              return result ? { ...config, last_test: cellTest(result) } : config;
            }),
          }
        : database,
    ),
  };
}

/**
 * Tests cells, all of the product when none are named. Resolves when all have ended. What it needs of passwords is asked
 * for first, once: what a person leaves empty then is told by each cell.
 */
export async function startTests(configIds: string[] | null): Promise<void> {
  const matrix = currentMatrix();
  const { productId } = navigation.get();
  if (!matrix || productId === null || !(await readyForSecrets())) return;
  const inactive = new Set(
    matrix.environments.filter((environment) => !environment.active).map(({ slug }) => slug),
  );
  const cells = matrix.databases.flatMap((database) => database.envs);
  const wanted = configIds === null ? null : new Set(configIds);
  const targets = cells.filter((config) => (wanted ? wanted.has(config.id) : !inactive.has(config.slug)));
  if (targets.length === 0) {
    say({ text: text.nothingToTest });
    return;
  }
  const run: Run = { id: newRunId(), productId, total: targets.length, done: 0 };
  const mine = new Set(targets.map((config) => config.id));

  let pending: TestEvent[] = [];
  let frame: ReturnType<typeof setTimeout> | null = null;
  const flush = (): void => {
    frame = null;
    const events = pending;
    pending = [];
    const results = new Map<string, TestResult>();
    testRuns.set((state) => {
      const running = new Map(state.running);
      let done = 0;
      for (const event of events) {
        if (event.kind === 'stage') running.set(event.config_id, { stage: event.stage });
        else if (event.kind === 'started') running.set(event.config_id, { stage: 'parse' });
        else if (event.kind === 'finished') {
          running.delete(event.config_id);
          mine.delete(event.config_id);
          results.set(event.config_id, event.result);
          done += 1;
        }
      }
      return {
        running,
        runs: state.runs.map((other) =>
          other.id === run.id ? { ...other, done: other.done + done } : other,
        ),
      };
    });
    for (const [configId, result] of results) queries.setQueryData(keys.lastTest(configId), result);
    if (results.size > 0)
      queries.setQueryData<MatrixView>(keys.matrix(productId), (old) => old && applyResults(old, results));
  };
  testRuns.set((state) => {
    const running = new Map(state.running);
    for (const configId of mine) running.set(configId, { stage: null });
    return { running, runs: [...state.runs, run] };
  });

  let totals: Extract<TestEvent, { kind: 'done' }> | null = null;
  await attempt(() =>
    platform.testStart(
      { run_id: run.id, product_id: productId, ...(configIds === null ? {} : { config_ids: [...mine] }) },
      (event) => {
        if (event.kind === 'done') totals = event;
        pending.push(event);
        frame ??= setTimeout(flush, 50);
      },
    ),
  );
  if (frame !== null) clearTimeout(frame);
  flush();
  testRuns.set((state) => {
    const running = new Map(state.running);
    for (const configId of mine) running.delete(configId);
    return { running, runs: state.runs.filter((other) => other.id !== run.id) };
  });
  const done = totals as Extract<TestEvent, { kind: 'done' }> | null;
  if (done && run.total > 1)
    say({ text: text.tested(done.connected, done.failed, done.cancelled, done.skipped) });
  void queries.invalidateQueries({ queryKey: keys.activity });
}

export async function cancelTests(): Promise<void> {
  await Promise.all(testRuns.get().runs.map((run) => platform.testCancel(run.id, null)));
}

export function progress(runs: Run[]): { done: number; total: number } {
  return {
    done: runs.reduce((sum, run) => sum + run.done, 0),
    total: runs.reduce((sum, run) => sum + run.total, 0),
  };
}
