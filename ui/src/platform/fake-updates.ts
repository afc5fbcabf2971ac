/**
 * The fake's updates: `?updates=available` (an AppImage), `deb`, `distribution`, `unsupported`, `offline`, or none. A download
 * takes a second at the usual pace.
 */
import type { PackageKind } from '../bindings/PackageKind';
import type { UpdateCheck } from '../bindings/UpdateCheck';
import type { UpdateMode } from '../bindings/UpdateMode';
import type { UpdateStatus } from '../bindings/UpdateStatus';
import type { UpdateView } from '../bindings/UpdateView';
import { copy, now, refuse, type World } from './fake-world';

const SIZE = 84_200_000;
const STEPS = 20;
const VERSION = '0.2.0';
const NOTES = `Added
- The history of a migration shows who applied it.

Fixed
- A connection test behind a proxy ends when it is cancelled.`;
const OFFLINE =
  'The update server can’t be reached. Check the network, and the proxy if there is one, and try again.';

const KINDS: Record<string, PackageKind> = { deb: 'deb', distribution: 'distribution', unsupported: 'none' };

export function fakeUpdates(world: World, kind: string | null) {
  const pack = KINDS[kind ?? ''] ?? 'app_image';
  const has = kind === 'available' || kind === 'deb';
  const callbacks = new Set<() => void>();
  const found = (): UpdateView => ({
    version: VERSION,
    notes: NOTES,
    published: '2026-11-27T09:00:00Z',
    stage: 'found',
    received: 0,
    total: null,
  });
  let update: UpdateView | null = has ? found() : null;
  let last: UpdateCheck | null = has
    ? { at: '2026-11-28T08:12:00Z', outcome: 'available', version: VERSION, code: null, message: null }
    : null;
  let cancelled = false;

  const tell = () => {
    for (const callback of callbacks) callback();
  };
  const status = (): UpdateStatus => ({
    version: '0.1.0',
    mode:
      world.settings.updates === 'package'
        ? kind === 'distribution'
          ? 'off'
          : 'notify'
        : (world.settings.updates as UpdateMode),
    can_check: kind !== 'unsupported',
    can_install: pack === 'app_image',
    package: pack,
    distribution: kind === 'distribution' ? 'Debian' : null,
    release_page: 'https://tapedeck.example/releases',
    last_check: copy(last),
    update: copy(update),
  });

  return {
    updateStatus: async () => status(),
    async updateCheck(): Promise<UpdateStatus> {
      await world.wait(300);
      if (kind === 'offline') {
        const code = 'update_unreachable';
        last = { at: now(), outcome: 'failed', version: null, code, message: OFFLINE };
        return refuse(code, OFFLINE);
      }
      if (has) update ??= found();
      const outcome = update === null ? 'current' : 'available';
      last = { at: now(), outcome, version: update?.version ?? null, code: null, message: null };
      return status();
    },
    async updateInstall(): Promise<UpdateStatus> {
      cancelled = false;
      for (let step = 1; step <= STEPS; step += 1) {
        update = {
          ...found(),
          stage: 'downloading',
          received: Math.round((SIZE * step) / STEPS),
          total: SIZE,
        };
        tell();
        await world.wait(50);
        if (cancelled) {
          update = found();
          return refuse('cancelled', 'Cancelled.');
        }
      }
      update = { ...found(), stage: 'ready', received: SIZE, total: SIZE };
      return status();
    },
    async updateCancel() {
      cancelled = true;
    },
    async updateRestart() {
      if (update) update = { ...update, stage: 'installed' };
    },
    releasePageOpen: async () => undefined,
    onUpdateChanged(callback: () => void) {
      callbacks.add(callback);
      return () => callbacks.delete(callback);
    },
  };
}
