import { useQuery } from '@tanstack/react-query';
import { attempt } from '../../app/changes';
import { keys, queries } from '../../app/queries';
import { createStore } from '../../app/store';
import type { UpdateStatus } from '../../bindings/UpdateStatus';
import { asAppError, platform } from '../../platform';

/** What this window has of updates: a check under way, and a version that the person wants to hear of later. */
export const updating = createStore<{ checking: boolean; later: string | null }>({
  checking: false,
  later: null,
});

export function useUpdates() {
  return useQuery({ queryKey: keys.updates, queryFn: () => platform.updateStatus() });
}

export function refreshUpdates(): void {
  void queries.invalidateQueries({ queryKey: keys.updates });
}

function show(status: UpdateStatus): void {
  queries.setQueryData(keys.updates, status);
}

/** How it ended is remembered, and shown from there. */
export async function checkForUpdates(): Promise<void> {
  if (updating.get().checking) return;
  updating.set({ checking: true, later: null });
  try {
    show(await platform.updateCheck());
  } catch {
    await queries.invalidateQueries({ queryKey: keys.updates });
  } finally {
    updating.set({ checking: false });
  }
}

/** Downloads it; what goes wrong is said, what the person cancelled is not. */
export async function installUpdate(): Promise<void> {
  await attempt(async () => {
    try {
      show(await platform.updateInstall());
    } catch (thrown) {
      refreshUpdates();
      if (asAppError(thrown).code !== 'cancelled') throw thrown;
    }
  });
}

export function cancelUpdate(): void {
  void attempt(() => platform.updateCancel());
}

export function restart(): void {
  void attempt(async () => {
    try {
      await platform.updateRestart();
    } finally {
      refreshUpdates();
    }
  });
}
