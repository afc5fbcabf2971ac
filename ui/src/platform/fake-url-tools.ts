/** What the fake says of two URLs, of a copy and of other forms: rough, and enough to build and test the dialogs against. */
import type { UrlComparison } from '../bindings/UrlComparison';
import type { UrlCopyPreview } from '../bindings/UrlCopyPreview';
import type { UrlCopyRequest } from '../bindings/UrlCopyRequest';
import type { UrlCopyTarget } from '../bindings/UrlCopyTarget';
import type { UrlFormatted } from '../bindings/UrlFormatted';
import type { UrlPartComparison } from '../bindings/UrlPartComparison';
import type { UrlRange } from '../bindings/UrlRange';
import type { UrlReplacePart } from '../bindings/UrlReplacePart';
import type { UrlTokenKind } from '../bindings/UrlTokenKind';
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

/** `samePassword` is null where this machine lacks one of them. */
export function fakeCompare(left: string, right: string, samePassword: boolean | null): UrlComparison {
  const [one, other] = [parts(left), parts(right)];
  const compared = [...new Set([...one.keys(), ...other.keys()])].map((key): UrlPartComparison => {
    const [a, b] = [one.get(key), other.get(key)];
    const some = (a ?? b) as { part: string; name: string | null; secret: boolean };
    const same = some.secret ? samePassword : a?.value === b?.value;
    const both = same === null ? 'unknown' : same ? 'same' : 'different';
    const state = a && b ? both : a ? 'only_left' : 'only_right';
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

const TOKEN_OF_PART: Record<UrlReplacePart, UrlTokenKind> = {
  host: 'host',
  database: 'database',
  user: 'user',
  options: 'option_value',
};

export function fakeCopy(
  source: { connection_url: string; type: string },
  /** What the target has: its URL, and whether a password is kept for it. */
  there: { connection_url: string; password: boolean } | null,
  request: Pick<UrlCopyRequest, 'parts' | 'with_secrets'>,
  { slug, find, replace }: UrlCopyTarget,
): UrlCopyPreview {
  const { connection_url } = source;
  const wanted = new Set(request.parts.map((part) => TOKEN_OF_PART[part]));
  const spans = fakeInspect(connection_url, source.type).tokens.filter(({ kind }) => wanted.has(kind));
  const replaced: UrlRange[] = [];
  let after = '';
  let at = 0;
  while (at < connection_url.length) {
    const here =
      find !== '' &&
      connection_url.startsWith(find, at) &&
      spans.some(({ start, end }) => start <= at && at + find.length <= end);
    if (here) replaced.push({ start: after.length, end: after.length + replace.length });
    after += here ? replace : connection_url.charAt(at);
    at += here ? find.length : 1;
  }
  const { error, secret_spans } = fakeInspect(after, source.type);
  const lacks =
    secret_spans.some(({ state }) => state === 'kept') && !request.with_secrets && !there?.password;
  return {
    slug,
    before: there?.connection_url ?? null,
    after,
    replaced,
    missing_secrets: lacks ? ['the password'] : [],
    problem: error?.message ?? null,
  };
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
