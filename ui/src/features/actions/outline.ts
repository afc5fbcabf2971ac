/** How long the tables and columns of a database are believed, in milliseconds. */
export const OUTLINE_AGE = 5 * 60_000;

export const outlineKey = (databaseId: string, slug: string | undefined) =>
  ['outline', databaseId, slug] as const;
