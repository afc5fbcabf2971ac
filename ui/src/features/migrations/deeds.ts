/** What can be done to a migration; keys, menus and buttons all come here. */
import { ArrowDown, ArrowUp, Copy, Flag, Pencil, Play, Plus, Trash2, Undo2 } from 'lucide-react';
import { announce, attempt } from '../../app/changes';
import type { DatabaseView } from '../../bindings/DatabaseView';
import type { MigrationSummary } from '../../bindings/MigrationSummary';
import type { Action } from '../../design/Menu';
import { say } from '../../design/toasts';
import { platform } from '../../platform';
import { common } from '../../text/common';
import { migrations as text } from '../../text/migrations';
import { dropDraft } from './drafts';
import { type MigrationRow, moved } from './list';
import { closeEditor, openNewMigration, openPlan, place } from './place';

export async function deleteMigration(migration: Pick<MigrationSummary, 'id' | 'name'>): Promise<void> {
  await attempt(async () => {
    const activityId = await platform.migrationDelete(migration.id);
    dropDraft(migration.id);
    if (place.get().migrationId === migration.id) closeEditor();
    await announce(text.removed(migration.name), activityId);
  });
}

export async function moveMigration(
  database: DatabaseView,
  id: string,
  list: { id: string }[],
  by: -1 | 1,
): Promise<void> {
  const ids = moved(list, id, by);
  if (!ids) return say({ text: text.atEnd });
  await attempt(async () => {
    const { activity_id, hints } = await platform.migrationOrder(database.id, ids);
    await announce(text.ordered(database.name), activity_id, hints);
  });
}

/** From the first environment that has it. */
export async function adopt(database: DatabaseView, row: MigrationRow): Promise<void> {
  const slug = [...row.standings].find(([, { state }]) => state === 'missing')?.[0];
  if (slug === undefined) return;
  await attempt(async () => {
    const { record, activity_id, hints } = await platform.migrationAdopt(database.id, slug, row.tag);
    await announce(text.adopted(record.record.name), activity_id, hints);
  });
}

export async function copyFullTag(database: DatabaseView, tag: string): Promise<void> {
  const full = `${database.tag}:${tag}`;
  await attempt(async () => {
    await navigator.clipboard.writeText(full);
    say({ text: text.copied(full) });
  });
}

/** What can be done with a row; with `slug`, also what can be planned there. */
export function rowMenu(
  database: DatabaseView,
  row: MigrationRow,
  list: MigrationSummary[],
  slug: string | null,
): Action[] {
  const planned: Action[] =
    slug === null || !database.envs.some((config) => config.slug === slug) || row.kind === 'missing'
      ? []
      : [
          {
            id: 'plan-to',
            label: text.planTo(slug),
            icon: Play,
            run: () => openPlan(database.id, slug, { kind: 'run', to: row.tag }),
          },
          {
            id: 'rollback-to',
            label: text.rollbackTo(slug),
            icon: Undo2,
            run: () => openPlan(database.id, slug, { kind: 'rollback', to: row.tag }),
          },
          {
            id: 'baseline-at',
            label: text.baselineAt(slug),
            icon: Flag,
            run: () => openPlan(database.id, slug, { kind: 'baseline', at: row.tag }),
          },
        ];
  const copy: Action = {
    id: 'copy-tag',
    label: text.copyTag,
    icon: Copy,
    keys: 'C',
    run: () => void copyFullTag(database, row.tag),
  };
  if (row.kind === 'missing')
    return [
      { id: 'adopt', label: text.adopt, icon: Plus, keys: 'A', run: () => void adopt(database, row) },
      copy,
    ];
  const at = list.findIndex(({ id }) => id === row.id);
  return [
    ...planned,
    {
      id: 'edit-migration',
      label: text.edit,
      icon: Pencil,
      keys: 'Enter',
      apart: planned.length > 0,
      run: () => place.set({ migrationId: row.id, creating: false }),
    },
    copy,
    {
      id: 'new-migration',
      label: text.create,
      icon: Plus,
      keys: 'N',
      run: () => openNewMigration(database.id),
    },
    {
      id: 'move-up',
      label: text.up,
      icon: ArrowUp,
      keys: 'Alt ↑',
      disabled: at <= 0,
      apart: true,
      run: () => void moveMigration(database, row.id, list, -1),
    },
    {
      id: 'move-down',
      label: text.down,
      icon: ArrowDown,
      keys: 'Alt ↓',
      disabled: at === list.length - 1,
      run: () => void moveMigration(database, row.id, list, 1),
    },
    {
      id: 'delete-migration',
      label: common.delete,
      icon: Trash2,
      keys: 'Del',
      apart: true,
      run: () => void deleteMigration({ id: row.id, name: row.name }),
    },
  ];
}
