/** What can be done to an action; keys, menus, the palette and the drawer all come here. */
import { ArrowDown, ArrowUp, Copy, CopyPlus, FileText, Pencil, Play, Plus, Trash2 } from 'lucide-react';
import { announce, attempt } from '../../app/changes';
import type { ActionSummary } from '../../bindings/ActionSummary';
import type { DatabaseView } from '../../bindings/DatabaseView';
import type { Action } from '../../design/Menu';
import { say } from '../../design/toasts';
import { platform } from '../../platform';
import { actions as text } from '../../text/actions';
import { common } from '../../text/common';
import { dropDraft } from './drafts';
import { moved, neighbour } from './list';
import { openNewAction, place, showAction } from './place';

export async function deleteAction(action: ActionSummary, siblings: ActionSummary[]): Promise<void> {
  await attempt(async () => {
    const activityId = await platform.actionDelete(action.id);
    dropDraft(action.id);
    if (place.get().actionId === action.id)
      place.set({ actionId: neighbour(siblings, action.id), tab: 'run' });
    await announce(text.removed(action.name), activityId);
  });
}

export async function duplicateAction(action: ActionSummary): Promise<void> {
  await attempt(async () => {
    const { record, activity_id } = await platform.actionDuplicate(action.id);
    await announce(text.duplicated(record.record.name), activity_id);
    showAction(record.id);
  });
}

export async function moveAction(
  database: DatabaseView,
  action: ActionSummary,
  siblings: ActionSummary[],
  by: -1 | 1,
): Promise<void> {
  const ids = moved(siblings, action.id, by);
  if (!ids) return say({ text: text.atEnd });
  await attempt(async () => {
    const { activity_id } = await platform.actionOrder(database.id, ids);
    await announce(text.ordered(database.name), activity_id);
  });
}

export async function copyFullTag(database: DatabaseView, action: ActionSummary): Promise<void> {
  const tag = `${database.tag}:${action.tag}`;
  await attempt(async () => {
    await navigator.clipboard.writeText(tag);
    say({ text: text.copied(tag) });
  });
}

export function actionMenu(
  database: DatabaseView,
  action: ActionSummary,
  siblings: ActionSummary[],
): Action[] {
  const at = siblings.findIndex((other) => other.id === action.id);
  return [
    { id: 'run-action', label: text.run, icon: Play, keys: 'Enter', run: () => showAction(action.id, 'run') },
    {
      id: 'plan-action',
      label: text.plan,
      icon: FileText,
      keys: 'P',
      run: () => showAction(action.id, 'plan'),
    },
    {
      id: 'edit-action',
      label: text.edit,
      icon: Pencil,
      keys: 'E',
      run: () => showAction(action.id, 'edit'),
    },
    {
      id: 'duplicate-action',
      label: text.duplicate,
      icon: CopyPlus,
      keys: 'D',
      apart: true,
      run: () => void duplicateAction(action),
    },
    {
      id: 'copy-tag',
      label: text.copyTag,
      icon: Copy,
      keys: 'C',
      run: () => void copyFullTag(database, action),
    },
    {
      id: 'move-up',
      label: text.up,
      icon: ArrowUp,
      keys: 'Alt ↑',
      disabled: at <= 0,
      run: () => void moveAction(database, action, siblings, -1),
    },
    {
      id: 'move-down',
      label: text.down,
      icon: ArrowDown,
      keys: 'Alt ↓',
      disabled: at < 0 || at === siblings.length - 1,
      run: () => void moveAction(database, action, siblings, 1),
    },
    {
      id: 'delete-action',
      label: common.delete,
      icon: Trash2,
      keys: 'Del',
      apart: true,
      run: () => void deleteAction(action, siblings),
    },
  ];
}

export function databaseMenu(database: DatabaseView): Action[] {
  return [
    {
      id: 'new-action',
      label: text.createIn(database.name),
      icon: Plus,
      keys: 'N',
      run: () => openNewAction(database.id),
    },
  ];
}
