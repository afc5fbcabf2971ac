/** A database’s migrations as rows, with how each stands in each environment. */
import type { MigrationCell } from '../../bindings/MigrationCell';
import type { MigrationStanding } from '../../bindings/MigrationStanding';
import type { MigrationStateView } from '../../bindings/MigrationStateView';
import type { MigrationSummary } from '../../bindings/MigrationSummary';

export type MigrationRow = {
  /** The migration’s id, or a name for one that only a target has. */
  id: string;
  tag: string;
  name: string;
  /** By slug; an environment that was not read has none. */
  standings: ReadonlyMap<string, MigrationStanding>;
} & ({ kind: 'migration'; summary: MigrationSummary } | { kind: 'missing' });

function standingsOf(cells: MigrationCell[]): Map<string, Map<string, MigrationStanding>> {
  const byTag = new Map<string, Map<string, MigrationStanding>>();
  for (const { env, migrations } of cells)
    for (const standing of migrations) {
      const envs = byTag.get(standing.tag) ?? new Map<string, MigrationStanding>();
      envs.set(env, standing);
      byTag.set(standing.tag, envs);
    }
  return byTag;
}

const NONE: ReadonlyMap<string, MigrationStanding> = new Map();

/** Every word of the filter is somewhere in the row; those that only a target has come last. */
export function rowsOf(list: MigrationSummary[], cells: MigrationCell[], filter: string): MigrationRow[] {
  const byTag = standingsOf(cells);
  const rows: MigrationRow[] = list.map((summary) => ({
    kind: 'migration',
    id: summary.id,
    tag: summary.tag,
    name: summary.name,
    summary,
    standings: byTag.get(summary.tag) ?? NONE,
  }));
  const known = new Set(list.map(({ tag }) => tag));
  for (const [tag, standings] of byTag) {
    const missing = [...standings.values()].find(({ state }) => state === 'missing');
    if (missing && !known.has(tag))
      rows.push({ kind: 'missing', id: `missing:${tag}`, tag, name: missing.name, standings });
  }
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return rows;
  return rows.filter((row) => {
    const said = [row.name, row.tag, ...[...row.standings].map(([slug, { state }]) => `${slug} ${state}`)]
      .join(' ')
      .toLowerCase();
    return words.every((word) => said.includes(word));
  });
}

/** There, as far as is known: it must not be moved, and deleting it is refused. */
export const IS_THERE: ReadonlySet<MigrationStateView> = new Set(['applied', 'started', 'failed', 'missing']);

export function appliedIn(row: Pick<MigrationRow, 'standings'>): string[] {
  return [...row.standings].flatMap(([slug, { state }]) => (IS_THERE.has(state) ? [slug] : []));
}

/** The ids with one a place up or down; null at the end. */
export function moved(list: { id: string }[], id: string, by: -1 | 1): string[] | null {
  const ids = list.map((migration) => migration.id);
  const from = ids.indexOf(id);
  const to = from + by;
  if (from < 0 || to < 0 || to >= ids.length) return null;
  const [taken] = ids.splice(from, 1);
  if (taken !== undefined) ids.splice(to, 0, taken);
  return ids;
}
