import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { keys } from '../../app/queries';
import { useStore } from '../../app/store';
import type { ActionView } from '../../bindings/ActionView';
import { platform } from '../../platform';
import { newestIn, valuesOf } from './history';
import { NOTHING, recall, remember, type Values, valuesStore } from './inputs';

/** The runs of an action. `fresh`: asked again whenever it is shown. */
export function useHistory(actionId: string, fresh: boolean) {
  return useQuery({
    queryKey: [...keys.action, actionId, 'history'],
    queryFn: () => platform.actionHistory(actionId),
    ...(fresh ? { staleTime: 0 } : {}),
  });
}

/** What was typed last in an environment; before anything was, the inputs of the newest run there. */
export function useRemembered(view: ActionView, slug: string): Values {
  const { data } = useHistory(view.id, false);
  const values = useStore(valuesStore, () => recall(view.id, slug));
  const { inputs } = view.check;
  const newest = values === NOTHING && data ? newestIn(data, slug) : undefined;
  useEffect(() => {
    // Once only: a run elsewhere must not change a form that somebody looks at.
    if (newest && recall(view.id, slug) === NOTHING)
      remember(view.id, slug, inputs, valuesOf(inputs, newest.inputs, NOTHING));
  }, [newest, view.id, slug, inputs]);
  return values;
}
