/** What a template is completed with: the tables and columns of a connected database. */
import { queries } from '../../app/queries';
import type { SchemaOutline } from '../../bindings/SchemaOutline';
import { platform } from '../../platform';

/** How long an outline is believed, in milliseconds. */
export const OUTLINE_AGE = 5 * 60_000;

export const outlineKey = (databaseId: string, slug: string) => ['outline', databaseId, slug] as const;

/** From the cache for five minutes; a failure is remembered as long by nobody, the next focus asks again. */
export function fetchOutline(databaseId: string, slug: string): Promise<SchemaOutline> {
  return queries.fetchQuery({
    queryKey: outlineKey(databaseId, slug),
    queryFn: () => platform.schemaOutline(databaseId, slug),
    staleTime: OUTLINE_AGE,
    gcTime: OUTLINE_AGE,
  });
}
