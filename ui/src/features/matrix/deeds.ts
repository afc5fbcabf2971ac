/** What can be done to cells, rows and columns; every face of it (keys, menus, palette, bar) comes here. */
import {
  Copy,
  CopyPlus,
  Eye,
  FileCode,
  FlaskConical,
  GitCompareArrows,
  KeyRound,
  PanelBottom,
  Pencil,
  Plus,
  Settings2,
  Trash2,
} from 'lucide-react';
import { announce, attempt } from '../../app/changes';
import { goTo, openCell, openDatabase, openDialog } from '../../app/navigation';
import { currentMatrix, keys, queries } from '../../app/queries';
import type { Bootstrap } from '../../bindings/Bootstrap';
import type { ConfigView } from '../../bindings/ConfigView';
import type { DatabaseView } from '../../bindings/DatabaseView';
import type { EnvironmentView } from '../../bindings/EnvironmentView';
import type { Action } from '../../design/Menu';
import { say } from '../../design/toasts';
import { platform } from '../../platform';
import { common } from '../../text/common';
import { databases as databaseText } from '../../text/databases';
import { matrix as text } from '../../text/matrix';
import { cellMigrationActions, columnMigrationActions, rowMigrationActions } from '../migrations/matrixDeeds';
import { splitKey } from './keyboard';
import { startTests } from './testRuns';

export function findCell(
  databaseId: string,
  slug: string,
): { database: DatabaseView; config: ConfigView | undefined } | null {
  const database = currentMatrix()?.databases.find((candidate) => candidate.id === databaseId);
  return database ? { database, config: database.envs.find((config) => config.slug === slug) } : null;
}

export function configIdsOf(cells: Iterable<string>): string[] {
  const databases = new Map(currentMatrix()?.databases.map((database) => [database.id, database]));
  const ids: string[] = [];
  for (const key of cells) {
    const { databaseId, slug } = splitKey(key);
    const config = databases.get(databaseId)?.envs.find((candidate) => candidate.slug === slug);
    if (config) ids.push(config.id);
  }
  return ids;
}

/** After how long the clipboard is cleared of a secret. */
export function clipboardSeconds(): number {
  return queries.getQueryData<Bootstrap>(keys.bootstrap)?.settings.clipboard_seconds ?? 30;
}

export async function copyUrl(configId: string, masked: boolean): Promise<void> {
  await attempt(async () => {
    await platform.urlCopy(configId, masked);
    say({ text: common.copied(masked, clipboardSeconds()) });
  });
}

export async function removeConfig(databaseId: string, slug: string): Promise<void> {
  const cell = findCell(databaseId, slug);
  if (!cell?.config) return;
  const { database } = cell;
  await attempt(async () => {
    const { activity_id } = await platform.databaseUpdate(database.id, {
      remove_envs: [slug],
      revision: database.revision,
    });
    await announce(databaseText.configRemoved(database.name, slug), activity_id);
  });
}

export async function deleteDatabase(database: DatabaseView): Promise<void> {
  await attempt(async () =>
    announce(databaseText.removed(database.name), await platform.databaseDelete(database.id)),
  );
}

export function testRow(database: DatabaseView): void {
  void startTests(database.envs.map((config) => config.id));
}

export function testColumn(slug: string): void {
  const configs = currentMatrix()?.databases.flatMap((database) =>
    database.envs.filter((config) => config.slug === slug),
  );
  void startTests((configs ?? []).map((config) => config.id));
}

export function cellActions(databaseId: string, slug: string): Action[] {
  const cell = findCell(databaseId, slug);
  if (!cell) return [];
  const { config } = cell;
  const target = { databaseId, slug };
  if (!config)
    return [
      {
        id: 'add-connection',
        label: text.addConnection,
        icon: Plus,
        keys: 'Enter',
        run: () => openCell(target),
      },
    ];
  return [
    {
      id: 'edit-connection',
      label: text.editConnection,
      icon: Pencil,
      keys: 'E',
      run: () => openCell(target, 'connection'),
    },
    { id: 'test', label: text.test, icon: FlaskConical, keys: 'T', run: () => void startTests([config.id]) },
    ...cellMigrationActions(databaseId, slug, config.id).map((action, at) => ({
      ...action,
      apart: at === 0,
    })),
    {
      id: 'copy-masked',
      label: text.copyMasked,
      icon: Copy,
      keys: 'C',
      apart: true,
      run: () => void copyUrl(config.id, true),
    },
    { id: 'copy-real', label: text.copyReal, icon: KeyRound, run: () => void copyUrl(config.id, false) },
    {
      id: 'copy-as',
      label: text.copyAs,
      icon: FileCode,
      run: () => openDialog({ kind: 'cell-copy-as', ...target }),
    },
    {
      id: 'copy-to',
      label: text.copyTo,
      icon: CopyPlus,
      run: () => openDialog({ kind: 'cell-copy', ...target }),
    },
    {
      id: 'compare',
      label: text.compareWith,
      icon: GitCompareArrows,
      run: () => openDialog({ kind: 'cell-compare', ...target }),
    },
    { id: 'details', label: text.details, icon: Eye, apart: true, run: () => openCell(target, 'details') },
    {
      id: 'remove',
      label: text.remove,
      icon: Trash2,
      keys: 'Del',
      run: () => void removeConfig(databaseId, slug),
    },
  ];
}

export function rowActions(database: DatabaseView): Action[] {
  return [
    { id: 'test-row', label: text.testRow, icon: FlaskConical, keys: 'T', run: () => testRow(database) },
    {
      id: 'open-database',
      label: text.databaseDetails,
      icon: PanelBottom,
      keys: 'Enter',
      run: () => openDatabase(database.id),
    },
    {
      id: 'edit-database',
      label: text.editDatabase,
      icon: Pencil,
      keys: 'E',
      run: () => openDialog({ kind: 'database-edit', databaseId: database.id }),
    },
    ...rowMigrationActions(database).map((action, at) => ({ ...action, apart: at === 0 })),
    {
      id: 'delete-database',
      label: text.deleteDatabase,
      icon: Trash2,
      keys: 'Del',
      apart: true,
      run: () => void deleteDatabase(database),
    },
  ];
}

export function columnActions(environment: EnvironmentView): Action[] {
  return [
    {
      id: 'test-column',
      label: text.testColumn,
      icon: FlaskConical,
      keys: 'T',
      run: () => testColumn(environment.slug),
    },
    ...columnMigrationActions(environment),
    {
      id: 'edit-environment',
      label: text.editEnvironment,
      icon: Pencil,
      keys: 'E',
      run: () => openDialog({ kind: 'environment-edit', environmentId: environment.id }),
    },
    {
      id: 'add-environment',
      label: text.addEnvironment,
      icon: Plus,
      apart: true,
      run: () => openDialog({ kind: 'environment-create' }),
    },
    {
      id: 'manage-environments',
      label: text.manageEnvironments,
      icon: Settings2,
      run: () => goTo('product'),
    },
  ];
}
