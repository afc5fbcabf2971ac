/** What a person does with the connections that were found. */
import type { DiscoveredView } from '../../bindings/DiscoveredView';
import type { DiscoveryPick } from '../../bindings/DiscoveryPick';
import type { DiscoveryView } from '../../bindings/DiscoveryView';

export interface Found {
  view: DiscoveredView;
  picked: boolean;
  database: string;
  environment: string;
}

/** What says something new is picked; the rest can be. */
export function rowsOf(found: DiscoveryView): Found[] {
  return found.connections.map((view) => ({
    view,
    picked: view.duplicate_of === undefined && view.known_as === undefined,
    database: view.database,
    environment: view.environment,
  }));
}

export function chosen(rows: Found[]): DiscoveryPick[] {
  return rows
    .filter((row) => row.picked)
    .map(({ view, database, environment }) => ({ id: view.id, database, environment }));
}

/** The usual ones, and those that were found. */
export function environmentsOf(found: DiscoveryView): string[] {
  const usual = ['dev', 'tst', 'stg', 'prd'];
  const others = found.connections.map((view) => view.environment).filter((slug) => !usual.includes(slug));
  return [...usual, ...new Set(others)];
}
