/** Where the Actions screen is: which action, in which environment, and what of it is shown. */
import { goTo } from '../../app/navigation';
import { createStore } from '../../app/store';

export type ActionTab = 'run' | 'plan' | 'compare' | 'history' | 'edit';

interface Place {
  /** The action that is shown. */
  actionId: string | null;
  /** The database whose new action is being written. */
  creating: string | null;
  /** The environment to run in, kept from action to action. */
  slug: string | null;
  tab: ActionTab;
  filter: string;
  /** Databases whose actions are not listed. */
  folded: ReadonlySet<string>;
}

export const place = createStore<Place>({
  actionId: null,
  creating: null,
  slug: null,
  tab: 'run',
  filter: '',
  folded: new Set(),
});

export function showAction(actionId: string, tab?: ActionTab): void {
  place.set({ actionId, creating: null, ...(tab ? { tab } : {}) });
}

/** From anywhere: the screen, with the action and, where one is told, the environment. */
export function openAction(actionId: string, slug?: string, tab: ActionTab = 'run'): void {
  place.set({ actionId, creating: null, tab, ...(slug === undefined ? {} : { slug }) });
  goTo('actions');
}

export function openNewAction(databaseId: string): void {
  place.set({ creating: databaseId, tab: 'edit' });
  goTo('actions');
}

/** The environment that an action is shown in: the chosen one where its database is configured, else the most harmless. */
export function environmentFor<E extends { slug: string; class: string; active: boolean }>(
  environments: E[],
  configured: { slug: string }[],
  slug: string | null,
): E | undefined {
  const slugs = new Set(configured.map((config) => config.slug));
  const possible = environments.filter((environment) => slugs.has(environment.slug));
  const rank = ({ class: of, active }: E) =>
    (active ? 0 : 10) + ['development', 'staging', 'production'].indexOf(of);
  return (
    possible.find((environment) => environment.slug === slug) ??
    [...possible].sort((a, b) => rank(a) - rank(b))[0]
  );
}
