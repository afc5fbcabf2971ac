/** The list of actions as rows: databases, and under each its actions. */
import type { ActionSummary } from '../../bindings/ActionSummary';
import type { DatabaseView } from '../../bindings/DatabaseView';

export type ListRow =
  | { kind: 'database'; id: string; database: DatabaseView; count: number; open: boolean }
  | {
      kind: 'action';
      id: string;
      database: DatabaseView;
      action: ActionSummary;
      index: number;
      count: number;
    };

/** By the database's id. */
export type ActionLists = ReadonlyMap<string, ActionSummary[]>;

function matches(words: string[], database: DatabaseView, action: ActionSummary): boolean {
  const said = [action.name, action.tag, action.table_name, action.type, database.name, database.tag]
    .join(' ')
    .toLowerCase();
  return words.every((word) => said.includes(word));
}

/** Every word of the filter is somewhere in the action or its database. Filtered, nothing is folded and nothing empty is listed. */
export function rowsOf(
  databases: DatabaseView[],
  lists: ActionLists,
  filter: string,
  folded: ReadonlySet<string>,
): ListRow[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const rows: ListRow[] = [];
  for (const database of databases) {
    const all = lists.get(database.id) ?? [];
    const actions = all.filter((action) => matches(words, database, action));
    if (words.length > 0 && actions.length === 0) continue;
    const open = words.length > 0 || !folded.has(database.id);
    rows.push({ kind: 'database', id: database.id, database, count: all.length, open });
    if (open)
      for (const [index, action] of actions.entries())
        rows.push({ kind: 'action', id: action.id, database, action, index, count: actions.length });
  }
  return rows;
}

/** The ids of a database's actions with one a place up or down; null at the end. */
export function moved(actions: ActionSummary[], id: string, by: -1 | 1): string[] | null {
  const ids = actions.map((action) => action.id);
  const from = ids.indexOf(id);
  const to = from + by;
  if (from < 0 || to < 0 || to >= ids.length) return null;
  const [taken] = ids.splice(from, 1);
  if (taken !== undefined) ids.splice(to, 0, taken);
  return ids;
}

/** The action to show once one is gone: the next of its database, else the one before it. */
export function neighbour(actions: ActionSummary[], id: string): string | null {
  const at = actions.findIndex((action) => action.id === id);
  return (actions[at + 1] ?? actions[at - 1])?.id ?? null;
}
