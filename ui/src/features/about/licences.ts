/** A package that Tapedeck is made with. */
export interface Licence {
  name: string;
  version: string;
  /** As an SPDX expression. */
  licence: string;
  source: string;
}

/** Each text once; the packages name theirs by its place. */
export interface LicenceTexts {
  texts: string[];
  packages: Record<string, number[]>;
}

/** Those whose name or licence has every word of the query in it. */
export function findLicences(all: Licence[], query: string): Licence[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return all.filter(({ name, version, licence, source }) => {
    const text = `${name} ${version} ${licence} ${source}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** The texts of a package's licence. */
export function textsOf({ texts, packages }: LicenceTexts, id: string): string[] {
  return (packages[id] ?? []).flatMap((place) => texts[place] ?? []);
}
