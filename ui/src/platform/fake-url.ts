/**
 * A rough URL reader for the fake alone: enough of the engine's answers to build and test the editor against.
 * The real model is the crate `connection-url`; nothing here ships.
 */
import type { UrlCompletions } from '../bindings/UrlCompletions';
import type { UrlEdit } from '../bindings/UrlEdit';
import type { UrlHost } from '../bindings/UrlHost';
import type { UrlInspection } from '../bindings/UrlInspection';
import type { UrlNote } from '../bindings/UrlNote';
import type { UrlOptionInfo } from '../bindings/UrlOptionInfo';
import type { UrlSecretSpan } from '../bindings/UrlSecretSpan';
import type { UrlSecretState } from '../bindings/UrlSecretState';
import type { UrlTextChange } from '../bindings/UrlTextChange';
import type { UrlToken } from '../bindings/UrlToken';

const TYPE_OF_SCHEME: Record<string, string> = {
  postgresql: 'postgresql',
  postgres: 'postgresql',
  mysql: 'mysql',
  mariadb: 'mysql',
  mongodb: 'mongodb',
  'mongodb+srv': 'mongodb',
};
const SECRET_OPTIONS = new Set([
  'password',
  'sslpassword',
  'sslkeypassword',
  'tlscertificatekeyfilepassword',
  'proxypassword',
]);

/** As the engine names a slot: whatever the spelling. */
function squeeze(name: string): string {
  return name.toLowerCase().replace(/[-_]/g, '');
}

/** The one property that is a secret, in a list of them. */
function tokenIn(name: string, raw: string): { start: number; value: string } | null {
  if (squeeze(name) !== 'authmechanismproperties') return null;
  const match = /(^|,)AWS_SESSION_TOKEN:([^,]*)/i.exec(raw);
  if (!match) return null;
  const value = match[2] ?? '';
  return { start: match.index + match[0].length - value.length, value };
}

interface Parts {
  schemeEnd: number;
  authority: number;
  userEnd: number | null;
  passwordStart: number | null;
  hostsStart: number;
  hostsEnd: number;
  databaseStart: number | null;
  databaseEnd: number;
  queryStart: number | null;
}

function split(text: string): Parts | null {
  const match = /^[a-z][a-z0-9+.-]*:\/\//i.exec(text);
  if (!match) return null;
  const authority = match[0].length;
  const schemeEnd = authority - 3;
  const query = text.indexOf('?', authority);
  const end = query < 0 ? text.length : query;
  const at = text.lastIndexOf('@', end - 1);
  const hasUser = at >= authority;
  const slash = text.indexOf('/', hasUser ? at : authority);
  const hostsEnd = slash >= 0 && slash < end ? slash : end;
  const colon = hasUser ? text.indexOf(':', authority) : -1;
  return {
    schemeEnd,
    authority,
    userEnd: hasUser ? (colon >= 0 && colon < at ? colon : at) : null,
    passwordStart: colon >= 0 && colon < at ? colon + 1 : null,
    hostsStart: hasUser ? at + 1 : authority,
    hostsEnd,
    databaseStart: hostsEnd < end ? hostsEnd + 1 : null,
    databaseEnd: end,
    queryStart: query < 0 ? null : query + 1,
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function secretState(value: string): UrlSecretState {
  if (value === '') return 'empty';
  if (value === '***') return 'kept';
  return /^\$Secret\{[A-Za-z_][A-Za-z0-9_.-]*\}$/.test(value) ? 'reference' : 'typed';
}

function readHosts(text: string): UrlHost[] {
  return text.split(',').map((item) => {
    if (item.toLowerCase().startsWith('%2f')) return { host: null, port: null, socket: decode(item) };
    const match = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(item);
    return { host: match?.[1] ?? item, port: match?.[2] ?? null, socket: null };
  });
}

function referenceIn(raw: string): string | null {
  return /\$Secret\{([^}]*)\}/.exec(raw)?.[1] ?? null;
}

function note(
  code: string,
  message: string,
  start: number,
  end: number,
  field: string | null,
  repair: UrlNote['repair'] = null,
): UrlNote {
  return { code, message, start, end, field, repair };
}

/** What a line that sets a variable would be without the rest of it. */
function assignment(text: string): UrlNote | null {
  const match = /^(\s*(?:export\s+)?\w+=["']?)([a-z][a-z0-9+.-]*:\/\/[^"']*)(["']?\s*)$/i.exec(text);
  if (!match) return null;
  const [, before = '', url = '', after = ''] = match;
  const end = before.length + url.length;
  return note('environment_line', 'This is a line that sets a variable.', 0, text.length, 'scheme', {
    label: 'Keep the URL only',
    changes: [
      { start: 0, end: before.length, insert: '' },
      ...(after ? [{ start: end, end: text.length, insert: '' }] : []),
    ],
    preview: fakeMask(url),
  });
}

/** An @ in a password that nobody encoded. */
function strayAt(text: string, parts: Parts): UrlNote | null {
  if (parts.passwordStart === null) return null;
  const end = parts.hostsStart - 1;
  const at = text.slice(parts.passwordStart, end).indexOf('@');
  if (at < 0) return null;
  const start = parts.passwordStart + at;
  const changes = [{ start, end: start + 1, insert: '%40' }];
  return note(
    'unescaped_character',
    'The password holds a character that must be percent-encoded.',
    start,
    start + 1,
    'password',
    { label: 'Encode the password', changes, preview: fakeMask(text) },
  );
}

function fakeMask(text: string): string {
  const parts = split(text);
  if (!parts || parts.passwordStart === null) return text;
  return `${text.slice(0, parts.passwordStart)}***${text.slice(parts.hostsStart - 1)}`;
}

function tokens(text: string, parts: Parts): UrlToken[] {
  const token = (kind: UrlToken['kind'], start: number, end: number): UrlToken[] =>
    end > start ? [{ kind, start, end }] : [];
  return [
    ...token('scheme', 0, parts.schemeEnd),
    ...token('punctuation', parts.schemeEnd, parts.authority),
    ...(parts.userEnd === null ? [] : token('user', parts.authority, parts.userEnd)),
    ...(parts.passwordStart === null ? [] : token('secret', parts.passwordStart, parts.hostsStart - 1)),
    ...token('host', parts.hostsStart, parts.hostsEnd),
    ...(parts.databaseStart === null ? [] : token('database', parts.databaseStart, parts.databaseEnd)),
    ...(parts.queryStart === null ? [] : token('option_value', parts.queryStart, text.length)),
  ];
}

/** Option names and values of the catalogue, where one is being typed. */
export function fakeComplete(
  text: string,
  options: readonly UrlOptionInfo[],
  offset: number,
): UrlCompletions {
  const before = text.slice(0, offset);
  const start = Math.max(before.lastIndexOf('?'), before.lastIndexOf('&')) + 1;
  if (start === 0) return { start: offset, end: offset, items: [] };
  const typed = before.slice(start);
  const [name = '', value] = typed.split('=');
  if (value === undefined) {
    const items = options
      .filter((option) => option.name.toLowerCase().includes(name.toLowerCase()))
      .map((option) => ({
        label: option.name,
        insert: `${option.name}=`,
        kind: 'option' as const,
        detail: option.default,
        documentation: option.documentation,
      }));
    return { start, end: offset, items };
  }
  const known = options.find((option) => option.name.toLowerCase() === name.toLowerCase());
  const items = (known?.values ?? [])
    .filter((allowed) => allowed.startsWith(value))
    .map((allowed) => ({
      label: allowed,
      insert: allowed,
      kind: 'value' as const,
      detail: null,
      documentation: null,
    }));
  return { start: start + name.length + 1, end: offset, items };
}

/** Of what can't be taken apart. */
function blank(text: string): UrlInspection {
  return {
    valid: false,
    type: null,
    scheme: null,
    hosts: [],
    user: null,
    password: 'absent',
    database: null,
    options: [],
    secret_spans: [],
    target: '',
    error: null,
    warnings: [],
    hints: [],
    references: [...text.matchAll(/\$Secret\{([^}]*)\}/g)].map((match) => match[1] ?? ''),
    tokens: [],
  };
}

export function fakeInspect(text: string, databaseType: string | null): UrlInspection {
  const answer = blank(text);
  const pasted = assignment(text);
  if (pasted) return { ...answer, error: pasted };
  const parts = split(text);
  if (!parts) {
    if (/^\$Secret\{[^}]+\}$/.test(text)) return { ...answer, valid: true, target: text };
    answer.error = note(
      'scheme_missing',
      'Start with a scheme, such as postgresql://.',
      0,
      text.length,
      'scheme',
    );
    return answer;
  }
  const scheme = text.slice(0, parts.schemeEnd).toLowerCase();
  answer.scheme = scheme;
  answer.type = TYPE_OF_SCHEME[scheme] ?? null;
  answer.tokens = tokens(text, parts);
  answer.error = strayAt(text, parts);
  const spans: UrlSecretSpan[] = [];
  if (parts.userEnd !== null) answer.user = decode(text.slice(parts.authority, parts.userEnd));
  if (parts.passwordStart !== null) {
    const end = parts.hostsStart - 1;
    answer.password = secretState(text.slice(parts.passwordStart, end));
    if (answer.password !== 'empty')
      spans.push({
        slot: 'password',
        start: parts.passwordStart,
        end,
        state: answer.password,
        reference: referenceIn(text.slice(parts.passwordStart, end)),
      });
  }
  answer.hosts = readHosts(text.slice(parts.hostsStart, parts.hostsEnd));
  if (parts.databaseStart !== null)
    answer.database = decode(text.slice(parts.databaseStart, parts.databaseEnd)) || null;
  let offset = parts.queryStart ?? text.length;
  for (const pair of parts.queryStart === null ? [] : text.slice(parts.queryStart).split('&')) {
    const [name = '', ...rest] = pair.split('=');
    const raw = rest.join('=');
    const token = tokenIn(name, raw);
    const secret = token !== null || SECRET_OPTIONS.has(squeeze(name));
    if (name)
      answer.options.push({ name: decode(name), value: secret ? '***' : decode(raw), secret, part: false });
    if (secret && raw) {
      const start = offset + name.length + 1 + (token?.start ?? 0);
      const value = token?.value ?? raw;
      spans.push({
        slot: `option:${squeeze(name)}${token ? '.aws_session_token' : ''}`,
        start,
        end: start + value.length,
        state: secretState(value),
        reference: referenceIn(value),
      });
    }
    if (
      name === 'sslmode' &&
      !['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'].includes(raw)
    ) {
      answer.error = note(
        'option_value',
        `“${raw}” is not an sslmode.`,
        offset + 8,
        offset + pair.length,
        'options',
      );
    }
    if (name === 'ssl')
      answer.warnings.push(
        note('option_deprecated', 'Use tls in place of ssl.', offset, offset + pair.length, 'options'),
      );
    offset += pair.length + 1;
  }
  answer.secret_spans = spans;
  const first = answer.hosts[0];
  if (answer.type === null) {
    answer.error = note(
      'scheme_unknown',
      `“${scheme}” is no scheme known here.`,
      0,
      parts.schemeEnd,
      'scheme',
    );
  } else if (databaseType !== null && answer.type !== databaseType) {
    answer.error = note(
      'scheme_of_other_type',
      `${scheme}:// is for another type of database.`,
      0,
      parts.schemeEnd,
      'scheme',
    );
  } else if (!first || (first.host === '' && answer.type === 'mongodb')) {
    answer.error = note('host_missing', 'Name a host.', parts.hostsStart, parts.hostsEnd, 'hosts');
  } else {
    const bad = answer.hosts.find((host) => host.port !== null && !/^\d{1,5}$/.test(host.port));
    if (bad)
      answer.error = note(
        'port_invalid',
        `“${bad.port}” is not a port.`,
        parts.hostsStart,
        parts.hostsEnd,
        'hosts',
      );
  }
  if (scheme === 'postgres') {
    answer.hints.push(
      note('scheme_alias', 'postgresql:// is the usual spelling.', 0, parts.schemeEnd, 'scheme'),
    );
  }
  answer.valid = answer.error === null;
  if (!answer.valid) return { ...blank(''), type: databaseType, error: answer.error, tokens: answer.tokens };
  const hostText = first ? (first.socket ?? `${first.host}${first.port ? `:${first.port}` : ''}`) : '';
  answer.target = `${hostText}${answer.hosts.length > 1 ? ` +${answer.hosts.length - 1}` : ''}${answer.database ? `/${answer.database}` : ''}`;
  return answer;
}

function encode(text: string): string {
  return encodeURIComponent(text).replaceAll('%24Secret%7B', '$Secret{').replaceAll('%7D', '}');
}

function encodeOption(text: string): string {
  return encode(text).replace(/%3A|%2C|%2F/g, decodeURIComponent);
}

function writeHosts(hosts: UrlHost[]): string {
  return hosts
    .map((host) =>
      host.socket ? encodeURIComponent(host.socket) : `${host.host ?? ''}${host.port ? `:${host.port}` : ''}`,
    )
    .join(',');
}

export function fakeEdit(text: string, edit: UrlEdit): UrlTextChange[] {
  const parts = split(text);
  if (!parts) throw { code: 'invalid_url', message: 'The string does not parse.', retryable: false };
  const change = (start: number, end: number, insert: string): UrlTextChange[] =>
    text.slice(start, end) === insert ? [] : [{ start, end, insert }];
  switch (edit.kind) {
    case 'scheme':
      return change(0, parts.schemeEnd, edit.value);
    case 'hosts':
      return change(parts.hostsStart, parts.hostsEnd, writeHosts(edit.hosts));
    case 'user': {
      if (parts.userEnd !== null && (edit.value || parts.passwordStart !== null))
        return change(parts.authority, parts.userEnd, encode(edit.value ?? ''));
      if (parts.userEnd !== null) return change(parts.authority, parts.hostsStart, '');
      return edit.value ? change(parts.authority, parts.authority, `${encode(edit.value)}@`) : [];
    }
    case 'password_mask':
    case 'password_reference': {
      const value = edit.kind === 'password_reference' ? `$Secret{${edit.key}}` : edit.present ? '***' : null;
      if (parts.passwordStart !== null) {
        return value === null
          ? change(parts.passwordStart - 1, parts.hostsStart - 1, '')
          : change(parts.passwordStart, parts.hostsStart - 1, value);
      }
      if (value === null) return [];
      return parts.userEnd === null
        ? change(parts.authority, parts.authority, `:${value}@`)
        : change(parts.userEnd, parts.userEnd, `:${value}`);
    }
    case 'database':
      // A whole path, whose slashes stay.
      if (text.startsWith('sqlite:'))
        return change(
          0,
          (parts.queryStart ?? text.length + 1) - 1,
          `sqlite://${encodeURI(edit.value ?? '')}`,
        );
      if (parts.databaseStart === null)
        return edit.value ? change(parts.hostsEnd, parts.hostsEnd, `/${encode(edit.value)}`) : [];
      return change(
        edit.value || parts.queryStart !== null ? parts.databaseStart : parts.databaseStart - 1,
        parts.databaseEnd,
        encode(edit.value ?? ''),
      );
    case 'option': {
      const value = edit.value === '***' ? '***' : encodeOption(edit.value ?? '');
      const insert = `${encodeURIComponent(edit.name)}=${value}`;
      if (parts.queryStart !== null) {
        let offset = parts.queryStart;
        for (const pair of text.slice(parts.queryStart).split('&')) {
          const [written = ''] = pair.split('=');
          if (squeeze(decode(written)) === squeeze(edit.name)) {
            if (edit.value !== null) return change(offset, offset + pair.length, `${written}=${value}`);
            const last = offset + pair.length >= text.length;
            return last
              ? change(offset - 1, offset + pair.length, '')
              : change(offset, offset + pair.length + 1, '');
          }
          offset += pair.length + 1;
        }
      }
      if (edit.value === null) return [];
      return parts.queryStart === null
        ? change(text.length, text.length, `${parts.databaseStart === null ? '/' : ''}?${insert}`)
        : change(text.length, text.length, `${text.endsWith('&') || text.endsWith('?') ? '' : '&'}${insert}`);
    }
  }
}

/** The URL without its secrets, and the secrets by slot. */
export function fakeExtract(text: string): { masked: string; secrets: Record<string, string> } {
  const secrets: Record<string, string> = {};
  let masked = text;
  for (const span of [...fakeInspect(text, null).secret_spans].reverse()) {
    if (span.state !== 'typed') continue;
    secrets[span.slot] = decode(text.slice(span.start, span.end));
    masked = `${masked.slice(0, span.start)}***${masked.slice(span.end)}`;
  }
  return { masked, secrets };
}
