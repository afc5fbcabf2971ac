import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { keys, queries, useProductId } from '../../app/queries';
import type { ActionSummary } from '../../bindings/ActionSummary';
import type { DatabaseView } from '../../bindings/DatabaseView';
import { platform } from '../../platform';
import type { ActionLists } from './list';

/** How many databases are asked at a time: a product may have a thousand. */
const TOGETHER = 16;

async function listsOf(databaseIds: string[]): Promise<ActionLists> {
  const lists = new Map<string, ActionSummary[]>();
  const left = [...databaseIds];
  const worker = async (): Promise<void> => {
    for (let id = left.shift(); id !== undefined; id = left.shift())
      lists.set(id, await platform.actionList(id));
  };
  await Promise.all(Array.from({ length: TOGETHER }, worker));
  return lists;
}

/** The actions of every database of the product that has any. */
export function useActionLists(databases: DatabaseView[]) {
  const productId = useProductId();
  const ids = databases.filter((database) => database.actions > 0).map((database) => database.id);
  return useQuery({
    queryKey: [...keys.actions, productId, ids.join()],
    queryFn: () => listsOf(ids),
    placeholderData: keepPreviousData,
  });
}

/** Those that are known by now, for the palette. */
export function knownActions(productId: string): ActionLists {
  const all = queries.getQueriesData<ActionLists>({ queryKey: [...keys.actions, productId] });
  return all.findLast(([, lists]) => lists !== undefined)?.[1] ?? new Map();
}

export function useAction(actionId: string | null) {
  return useQuery({
    queryKey: [...keys.action, actionId],
    queryFn: () => platform.actionFetch(actionId ?? ''),
    enabled: actionId !== null,
  });
}

/** What a run would send. Asked again whenever it is shown: the connection may have changed. */
export function usePlan(actionId: string, slug: string | undefined, json: string | null) {
  return useQuery({
    queryKey: [...keys.action, actionId, 'plan', slug, json],
    queryFn: () => platform.actionPlan(actionId, slug ?? '', { json: json ?? '' }),
    enabled: slug !== undefined && json !== null,
    staleTime: 0,
    gcTime: 0,
    placeholderData: keepPreviousData,
  });
}
