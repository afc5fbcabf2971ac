/** Many targets, run in one go. The last one stays while the window is open, whatever is looked at meanwhile. */
import { navigation } from '../../app/navigation';
import { keys, queries, refreshCatalog } from '../../app/queries';
import { createStore } from '../../app/store';
import type { MigrationBatchRequest } from '../../bindings/MigrationBatchRequest';
import { type AppError, asAppError, platform } from '../../platform';
import { newRunId } from '../matrix/testRuns';
import { putCells } from './cells';
import { cellsOf, gathered, NOTHING_TOLD, type Phase, type Told, told } from './runs';

export interface Batch {
  id: string;
  configIds: string[];
  phase: Phase;
  cancelling: boolean;
  startedAt: number;
  /** By `database@env`. */
  told: ReadonlyMap<string, Told>;
  /** Targets that are done. */
  done: ReadonlySet<string>;
  error: AppError | null;
}

export const batches = createStore<{ batch: Batch | null }>({ batch: null });

export const targetKey = (of: { database: string; env: string }): string => `${of.database}@${of.env}`;

function change(id: string, to: (batch: Batch) => Partial<Batch>): void {
  batches.set(({ batch }) => (batch?.id === id ? { batch: { ...batch, ...to(batch) } } : {}));
}

export async function startBatch(
  request: Omit<MigrationBatchRequest, 'run_id' | 'product_id'>,
): Promise<void> {
  const { productId } = navigation.get();
  if (productId === null || batches.get().batch?.phase === 'running') return;
  const id = newRunId();
  batches.set({
    batch: {
      id,
      configIds: request.config_ids,
      phase: 'running',
      cancelling: false,
      startedAt: performance.now(),
      told: new Map(),
      done: new Set(),
      error: null,
    },
  });
  const { onEvent, flush } = gathered((events) => {
    change(id, (batch) => {
      const all = new Map(batch.told);
      const done = new Set(batch.done);
      for (const event of events) {
        const key = targetKey(event.event === 'done' ? event.cell : event);
        if (event.event === 'done') done.add(key);
        all.set(key, told(all.get(key) ?? NOTHING_TOLD, event));
      }
      return { told: all, done };
    });
    putCells(productId, cellsOf(events));
  });
  try {
    const reports = await platform.migrationBatchRun(
      { ...request, run_id: id, product_id: productId },
      onEvent,
    );
    flush();
    putCells(
      productId,
      reports.map(({ cell }) => cell),
    );
    change(id, (batch) => ({
      phase: 'done',
      cancelling: false,
      done: new Set([...batch.done, ...reports.map(({ cell }) => targetKey(cell))]),
    }));
  } catch (thrown) {
    flush();
    change(id, () => ({ phase: 'failed', cancelling: false, error: asAppError(thrown) }));
  }
  await refreshCatalog();
  void queries.invalidateQueries({ queryKey: keys.activity });
}

export async function cancelBatch(): Promise<void> {
  const { batch } = batches.get();
  if (batch?.phase !== 'running' || batch.cancelling) return;
  change(batch.id, () => ({ cancelling: true }));
  try {
    await platform.migrationCancel(batch.id);
  } catch {
    change(batch.id, () => ({ cancelling: false }));
  }
}
