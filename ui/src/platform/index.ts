/** The only folder that imports `@tauri-apps/*`. */
import { asking } from './asking';
import { tauriPlatform } from './tauri';
import type { Platform } from './types';

export * from './errors';
export type * from './types';

let chosen: Platform = tauriPlatform;

// Both sides are constants of the build, so that the production bundle holds no line of the fake.
if (import.meta.env.DEV || import.meta.env.MODE === 'fake') {
  if (!('__TAURI_INTERNALS__' in globalThis)) {
    const { createFake } = await import('./fake');
    const { withMemory } = await import('./fake-told');
    const query = globalThis.location?.search ?? '';
    chosen = new URLSearchParams(query).has('told') ? withMemory(createFake(query)) : createFake(query);
  }
}

export const platform: Platform = asking(chosen);
