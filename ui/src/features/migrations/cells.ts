/** How far each cell of the matrix is: what was last known at once, and read anew as a stream. */
import { useQuery } from '@tanstack/react-query';
import { attempt } from '../../app/changes';
import { navigation } from '../../app/navigation';
import { currentMatrix, keys, queries, useProductId } from '../../app/queries';
import { createStore, useStore } from '../../app/store';
import type { MigrationCell } from '../../bindings/MigrationCell';
import type { MigrationStatusEvent } from '../../bindings/MigrationStatusEvent';
import { say } from '../../design/toasts';
import { platform } from '../../platform';
import { matrixText as text } from '../../text/migrations';
import { newRunId } from '../matrix/testRuns';
import type { Reading } from './face';

/** By the config's id. */
export type Cells = ReadonlyMap<string, MigrationCell>;

const NONE: Cells = new Map();

export function useMigrationCells(): Cells {
  const productId = useProductId();
  const { data } = useQuery({
    queryKey: [...keys.migrationMatrix, productId],
    queryFn: async (): Promise<Cells> =>
      new Map((await platform.migrationMatrix(productId ?? '')).map((cell) => [cell.config_id, cell])),
    enabled: productId !== null,
  });
  return data ?? NONE;
}

export function knownCells(): Cells {
  const { productId } = navigation.get();
  return queries.getQueryData<Cells>([...keys.migrationMatrix, productId]) ?? NONE;
}

/** Puts what was read in its place. */
export function putCells(productId: string, read: MigrationCell[]): void {
  if (read.length === 0) return;
  queries.setQueryData<Cells>([...keys.migrationMatrix, productId], (old) => {
    const next = new Map(old ?? NONE);
    for (const cell of read) next.set(cell.config_id, cell);
    return next;
  });
}

interface Refresh {
  id: string;
  total: number;
  done: number;
}

export const refreshes = createStore<{
  runs: Refresh[];
  reading: ReadonlyMap<string, Reading>;
  drift: boolean;
}>({
  runs: [],
  reading: new Map(),
  drift: true,
});

export function useReading(configId: string | undefined): Reading | undefined {
  return useStore(refreshes, ({ reading }) => (configId === undefined ? undefined : reading.get(configId)));
}

/** Twenty times a second at most: a thousand cells must not draw a thousand times. */
const PACE = 50;

/** Reads cells anew, all of the product when none are named. Resolves when all have been told. */
export async function refreshCells(configIds: string[] | null): Promise<void> {
  const matrix = currentMatrix();
  const { productId } = navigation.get();
  if (!matrix || productId === null) return;
  const inactive = new Set(matrix.environments.filter(({ active }) => !active).map(({ slug }) => slug));
  const wanted = configIds === null ? null : new Set(configIds);
  const targets = matrix.databases
    .flatMap((database) => database.envs)
    .filter(({ id, slug }) => !inactive.has(slug) && (wanted === null || wanted.has(id)))
    .map(({ id }) => id);
  if (targets.length === 0) return say({ text: text.nothingToRead });
  const run: Refresh = { id: newRunId(), total: targets.length, done: 0 };
  const mine = new Set(targets);
  let pending: MigrationStatusEvent[] = [];
  let timer: ReturnType<typeof setTimeout> | null = null;
  const flush = () => {
    timer = null;
    const events = pending;
    pending = [];
    const read = events.flatMap((event) => (event.kind === 'read' ? [event.cell] : []));
    refreshes.set(({ reading, runs }) => {
      const next = new Map(reading);
      for (const event of events) {
        if (event.kind === 'started') next.set(event.config_id, { begun: true });
        else {
          next.delete(event.cell.config_id);
          mine.delete(event.cell.config_id);
        }
      }
      return {
        reading: next,
        runs: runs.map((other) =>
          other.id === run.id ? { ...other, done: other.done + read.length } : other,
        ),
      };
    });
    putCells(productId, read);
  };
  refreshes.set(({ reading, runs }) => ({
    reading: new Map([...reading, ...targets.map((id): [string, Reading] => [id, { begun: false }])]),
    runs: [...runs, run],
  }));
  await attempt(() =>
    platform.migrationStatusStart(
      {
        run_id: run.id,
        product_id: productId,
        drift: refreshes.get().drift,
        ...(configIds === null ? {} : { config_ids: targets }),
      },
      (event) => {
        pending.push(event);
        timer ??= setTimeout(flush, PACE);
      },
    ),
  );
  if (timer !== null) clearTimeout(timer);
  flush();
  refreshes.set(({ reading, runs }) => {
    const next = new Map(reading);
    for (const id of mine) next.delete(id);
    return { reading: next, runs: runs.filter((other) => other.id !== run.id) };
  });
}

export async function cancelRefreshes(): Promise<void> {
  await attempt(async () => {
    await Promise.all(refreshes.get().runs.map(({ id }) => platform.migrationCancel(id)));
  });
}

export function refreshProgress(runs: Refresh[]): { done: number; total: number } {
  return {
    done: runs.reduce((sum, run) => sum + run.done, 0),
    total: runs.reduce((sum, run) => sum + run.total, 0),
  };
}
