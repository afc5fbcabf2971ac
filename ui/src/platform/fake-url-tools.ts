/** What the fake says of two URLs, of a copy and of other forms: rough, and enough to build and test the dialogs against. */
import type { UrlComparison } from '../bindings/UrlComparison';
import type { UrlCopyPreview } from '../bindings/UrlCopyPreview';
import type { UrlFormatted } from '../bindings/UrlFormatted';
import type { UrlPartComparison } from '../bindings/UrlPartComparison';
import { fakeInspect } from './fake-url';

function parts(
  text: string,
): Map<string, { part: string; name: string | null; value: string; secret: boolean }> {
  const inspection = fakeInspect(text, null);
  const found = new Map<string, { part: string; name: string | null; value: string; secret: boolean }>();
  const add = (part: string, name: string | null, value: string | null, secret = false) => {
    if (value) found.set(`${part}:${name ?? ''}`, { part, name, value, secret });
  };
  add('scheme', null, inspection.scheme);
  inspection.hosts.forEach((host, index) => {
    const name = inspection.hosts.length > 1 ? String(index + 1) : null;
    add('host', name, host.host ?? host.socket);
    add('port', name, host.port);
  });
  add('user', null, inspection.user);
  if (inspection.password !== 'absent') add('password', null, '***', true);
  add('database', null, inspection.database);
  for (const option of inspection.options) add('option', option.name, option.value, option.secret);
  return found;
}

export function fakeCompare(left: string, right: string, samePassword: boolean): UrlComparison {
  const [one, other] = [parts(left), parts(right)];
  const compared = [...new Set([...one.keys(), ...other.keys()])].map((key): UrlPartComparison => {
    const [a, b] = [one.get(key), other.get(key)];
    const some = (a ?? b) as { part: string; name: string | null; secret: boolean };
    const same = some.secret ? samePassword : a?.value === b?.value;
    const state = a && b ? (same ? 'same' : 'different') : a ? 'only_left' : 'only_right';
    return {
      part: some.part,
      name: some.name,
      left: a?.value ?? null,
      right: b?.value ?? null,
      state,
      secret: some.secret,
    };
  });
  return { left, right, parts: compared, same: compared.every((part) => part.state === 'same') };
}

export function fakeCopy(
  source: string,
  before: string | null,
  target: { slug: string; find: string; replace: string },
): UrlCopyPreview {
  const { find, replace, slug } = target;
  const after = find === '' ? source : source.replaceAll(find, replace);
  const replaced = [];
  if (find !== '')
    for (let at = after.indexOf(replace); at >= 0 && replace !== ''; at = after.indexOf(replace, at + 1))
      replaced.push({ start: at, end: at + replace.length });
  return { slug, before, after, replaced, missing_secrets: [], problem: null };
}

export function fakeFormat(url: string, id: string): UrlFormatted {
  switch (id) {
    case 'jdbc':
      return { text: `jdbc:${url}`, notes: [] };
    case 'command':
      return { text: `PGPASSWORD="$PASSWORD" psql '${url.replace(':***', '')}'`, notes: [] };
    case 'env':
      return { text: `DATABASE_URL="${url}"`, notes: [] };
    case 'node':
      return {
        text: 'const client = new Client({ connectionString: process.env.DATABASE_URL });',
        notes: ['The URL is read from DATABASE_URL.'],
      };
    default:
      return { text: url, notes: [] };
  }
}
