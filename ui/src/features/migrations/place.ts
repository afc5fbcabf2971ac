/** Where the Migrations screen is: which database, which of its migrations, in which environment. */
import { goTo } from '../../app/navigation';
import { createStore } from '../../app/store';
import type { MigrationDeed } from '../../bindings/MigrationDeed';
import { focusGrid, focusOn } from './focus';

export type MigrationTab = 'list' | 'run' | 'history' | 'schema';

interface Place {
  databaseId: string | null;
  tab: MigrationTab;
  /** The migration whose editor is open. */
  migrationId: string | null;
  /** A new one is being written. */
  creating: boolean;
  /** The environment that runs, history and schema are of. */
  slug: string | null;
  /** What the plan is for. */
  deed: MigrationDeed;
  filter: string;
}

export const place = createStore<Place>({
  databaseId: null,
  tab: 'list',
  migrationId: null,
  creating: false,
  slug: null,
  deed: { kind: 'run' },
  filter: '',
});

/** From anywhere: the screen, with a database and, where it is told, an environment. */
export function openMigrations(databaseId: string, slug?: string, tab: MigrationTab = 'list'): void {
  const { databaseId: before } = place.get();
  place.set({
    databaseId,
    tab,
    ...(before === databaseId ? {} : { migrationId: null, creating: false, filter: '' }),
    ...(slug === undefined ? {} : { slug }),
    ...(tab === 'run' ? { deed: { kind: 'run' } as const } : {}),
  });
  goTo('migrations');
  if (tab === 'list') focusGrid();
  else focusOn(`migration-tab-${tab}`);
}

/** On the screen: another database, in the same tab. The focus stays where it is. */
export function showDatabase(databaseId: string): void {
  place.set({ databaseId, migrationId: null, creating: false, filter: '', deed: { kind: 'run' } });
}

/** From anywhere: the plan of a deed. */
export function openPlan(databaseId: string, slug: string, deed: MigrationDeed = { kind: 'run' }): void {
  openMigrations(databaseId, slug, 'run');
  place.set({ deed });
}

export function openNewMigration(databaseId: string): void {
  place.set({ databaseId, tab: 'list', creating: true, migrationId: null });
  goTo('migrations');
  focusOn('migration-name');
}

export function closeEditor(): void {
  place.set({ migrationId: null, creating: false });
}
