import type { EnvironmentClassView } from '../../bindings/EnvironmentClassView';

/** A tag as the records take it, suggested from a name: "Mongo database" → "mongo-database". */
export function suggestTag(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '-')
    .replace(/^[-_]+|-+$/g, '')
    .slice(0, 63)
    .replace(/-+$/, '');
}

const USUAL: Record<string, string> = {
  development: 'dev',
  develop: 'dev',
  dev: 'dev',
  local: 'loc',
  integration: 'int',
  testing: 'tst',
  test: 'tst',
  quality: 'qas',
  acceptance: 'uat',
  staging: 'stg',
  stage: 'stg',
  preview: 'pre',
  preproduction: 'pre',
  production: 'prd',
  prod: 'prd',
  live: 'prd',
  sandbox: 'sbx',
  demo: 'dem',
};

/** A slug of three letters: the usual one of a usual name, else the first consonants. */
export function suggestSlug(name: string): string {
  const word = suggestTag(name).replace(/[^a-z0-9]/g, '');
  const usual = USUAL[word] ?? Object.entries(USUAL).find(([key]) => word.startsWith(key))?.[1];
  if (usual) return usual;
  const letters = word.replace(/^[^a-z]+/, '');
  if (letters.length <= 3) return letters;
  const rest = letters.slice(1).replace(/[aeiou]/g, '');
  return `${letters.charAt(0)}${rest}`.slice(0, 3).padEnd(3, letters.charAt(letters.length - 1));
}

/** From the harmless to the guarded. */
export const CLASSES: EnvironmentClassView[] = ['development', 'staging', 'production'];

/** The class that a slug suggests; production when in doubt, as that is the safe mistake. */
export function guessClass(slug: string): EnvironmentClassView {
  const word = slug.toLowerCase();
  if (/^(dev|loc|ci|int|tst|test|sbx|sand|dem)/.test(word)) return 'development';
  if (/^(st|uat|qa|pre|acc|rc)/.test(word)) return 'staging';
  return 'production';
}
