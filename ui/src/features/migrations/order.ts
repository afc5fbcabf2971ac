/** Which environment comes before another, as the window expects it where no policy is read: by class, then by column. */
import type { EnvironmentView } from '../../bindings/EnvironmentView';

const RANK = { development: 0, staging: 1, production: 2 } as const;

export function byClass(environments: EnvironmentView[]): EnvironmentView[] {
  return [...environments].sort((a, b) => RANK[a.class] - RANK[b.class] || a.order - b.order);
}

/** The nearest earlier one that a database is configured for. */
export function earlierOf(
  environments: EnvironmentView[],
  configured: { slug: string }[],
  environment: EnvironmentView,
): EnvironmentView | undefined {
  const ordered = byClass(environments);
  const at = ordered.findIndex(({ slug }) => slug === environment.slug);
  return ordered
    .slice(0, Math.max(0, at))
    .findLast(({ slug }) => configured.some((other) => other.slug === slug));
}

/** The nearest later one. */
export function laterOf(
  environments: EnvironmentView[],
  configured: { slug: string }[],
  slug: string,
): EnvironmentView | undefined {
  const ordered = byClass(environments);
  const at = ordered.findIndex((candidate) => candidate.slug === slug);
  return ordered.slice(at + 1).find((candidate) => configured.some((other) => other.slug === candidate.slug));
}
