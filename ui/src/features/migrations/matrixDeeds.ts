/** What can be done with the migrations of cells, rows and columns of the matrix. */
import { History, ListOrdered, Play, RefreshCw, Waypoints } from 'lucide-react';
import { navigation, openDialog, showView } from '../../app/navigation';
import { currentMatrix } from '../../app/queries';
import type { DatabaseView } from '../../bindings/DatabaseView';
import type { EnvironmentView } from '../../bindings/EnvironmentView';
import type { Action } from '../../design/Menu';
import { say } from '../../design/toasts';
import { matrixText as text } from '../../text/migrations';
import { cursor } from '../matrix/cursor';
import { configIdsOf } from '../matrix/deeds';
import { refreshCells, refreshes } from './cells';
import { openMigrations, openPlan } from './place';

const columnIds = (slug: string): string[] =>
  currentMatrix()?.databases.flatMap(({ envs }) =>
    envs.filter((config) => config.slug === slug).map(({ id }) => id),
  ) ?? [];

/** One cell is planned on its screen; several in one go. */
export function planCells(configIds: string[]): void {
  const [only] = configIds;
  if (only === undefined) say({ text: text.nothingToPlan });
  else if (configIds.length > 1) openDialog({ kind: 'migration-batch', configIds });
  else planCell(only);
}

function planCell(configId: string): void {
  for (const { id, envs } of currentMatrix()?.databases ?? []) {
    const config = envs.find((candidate) => candidate.id === configId);
    if (config) openPlan(id, config.slug);
  }
}

export function toggleView(): void {
  const { view, screen } = navigation.get();
  showView(screen === 'matrix' && view === 'connections' ? 'migrations' : 'connections');
}

export function toggleDrift(): void {
  refreshes.set(({ drift }) => ({ drift: !drift }));
}

export function cellMigrationActions(databaseId: string, slug: string, configId: string): Action[] {
  return [
    {
      id: 'plan-migrations',
      label: text.planHere,
      icon: Play,
      keys: 'P',
      run: () => openPlan(databaseId, slug),
    },
    {
      id: 'refresh-migrations',
      label: text.refreshHere,
      icon: RefreshCw,
      keys: 'R',
      run: () => void refreshCells([configId]),
    },
    {
      id: 'migrations-schema',
      label: text.showDrift,
      icon: Waypoints,
      run: () => openMigrations(databaseId, slug, 'schema'),
    },
    {
      id: 'migrations-history',
      label: text.showHistory,
      icon: History,
      run: () => openMigrations(databaseId, slug, 'history'),
    },
  ];
}

export function rowMigrationActions(database: DatabaseView): Action[] {
  return [
    {
      id: 'open-migrations',
      label: text.openMigrations,
      icon: ListOrdered,
      run: () => openMigrations(database.id),
    },
    {
      id: 'plan-row',
      label: text.planHere,
      icon: Play,
      keys: 'P',
      run: () => planCells(database.envs.map(({ id }) => id)),
    },
    {
      id: 'refresh-row',
      label: text.refreshRow,
      icon: RefreshCw,
      keys: 'R',
      run: () => void refreshCells(database.envs.map(({ id }) => id)),
    },
  ];
}

export function columnMigrationActions({ slug }: EnvironmentView): Action[] {
  return [
    { id: 'plan-column', label: text.planHere, icon: Play, keys: 'P', run: () => planCells(columnIds(slug)) },
    {
      id: 'refresh-column',
      label: text.refreshColumn,
      icon: RefreshCw,
      keys: 'R',
      run: () => void refreshCells(columnIds(slug)),
    },
  ];
}

/** The cells that the cursor of the matrix means: the selection, a cell, a row or a column. */
export function cellsHere(): string[] {
  const { selection, databaseId, slug } = cursor.get();
  if (selection.size > 1) return configIdsOf(selection);
  const database = currentMatrix()?.databases.find(({ id }) => id === databaseId);
  if (database)
    return database.envs.filter((config) => slug === null || config.slug === slug).map(({ id }) => id);
  return slug === null ? [] : columnIds(slug);
}

/** "Refresh row" and the like speak of what the cursor of the matrix is on. */
export function refreshScopes(): Action[] {
  const { databaseId, slug, selection } = cursor.get();
  const matrix = currentMatrix();
  const database = matrix?.databases.find(({ id }) => id === databaseId) ?? matrix?.databases[0];
  const environment =
    matrix?.environments.find((candidate) => candidate.slug === slug) ?? matrix?.environments[0];
  return [
    {
      id: 'refresh-all',
      label: text.refreshAll,
      icon: RefreshCw,
      run: () => void refreshCells(null),
    },
    {
      id: 'refresh-this-row',
      label: database ? `${text.refreshRow}: ${database.name}` : text.refreshRow,
      run: () => void refreshCells(database?.envs.map(({ id }) => id) ?? []),
      disabled: !database,
    },
    {
      id: 'refresh-this-column',
      label: environment ? `${text.refreshColumn}: ${environment.slug}` : text.refreshColumn,
      run: () => environment && void refreshCells(columnIds(environment.slug)),
      disabled: !environment,
    },
    {
      id: 'refresh-selection',
      label: `${text.refreshSelection} (${selection.size})`,
      run: () => void refreshCells(configIdsOf(selection)),
      disabled: selection.size === 0,
    },
    {
      id: 'plan-selection',
      label: `${text.planSelection} (${selection.size})`,
      icon: Play,
      run: () => planCells(configIdsOf(selection)),
      disabled: selection.size === 0,
      apart: true,
    },
  ];
}

/** For the palette. */
export function migrationViewActions(): Action[] {
  const { view } = navigation.get();
  const other = view === 'connections' ? 'migrations' : 'connections';
  return [
    {
      id: `show-${other}`,
      label: text.show[other],
      icon: ListOrdered,
      keys: 'M',
      run: () => showView(other),
    },
    ...refreshScopes(),
  ];
}
