import type { AuthMechanismInfo } from '../../bindings/AuthMechanismInfo';
import type { EngineInfo } from '../../bindings/EngineInfo';
import type { UrlInspection } from '../../bindings/UrlInspection';
import type { UrlOptionGroup } from '../../bindings/UrlOptionGroup';
import type { UrlOptionInfo } from '../../bindings/UrlOptionInfo';
import { form as text } from '../../text/connection';
import { sameName } from './names';

/** The order of the sections. */
export const GROUPS: readonly UrlOptionGroup[] = ['tls', 'auth', 'servers', 'pool', 'timeouts', 'other'];

/** An option as the form shows it: of the catalogue, of the string, or of both. */
export interface OptionRow {
  /** By which it is told from others, however it is spelled. */
  key: string;
  /** As the string spells it, else as the catalogue does. An edit names it so. */
  name: string;
  /** Null for an option that the catalogue does not know. */
  info: UrlOptionInfo | null;
  group: UrlOptionGroup;
  /** Null where the string has it not; `***` for a secret. */
  value: string | null;
  secret: boolean;
  /** Every spelling under which the string has it. */
  spellings: string[];
  /** How often the string has it. */
  times: number;
}

/** What the catalogue knows under a name, an alias or another spelling of either. */
export function optionNamed(options: readonly UrlOptionInfo[], name: string): UrlOptionInfo | null {
  const wanted = sameName(name);
  return (
    options.find((info) => sameName(info.name) === wanted) ??
    options.find((info) => info.aliases.some((alias) => sameName(alias) === wanted)) ??
    null
  );
}

export function rowOf(options: readonly UrlOptionInfo[], name: string): OptionRow {
  const info = optionNamed(options, name);
  return {
    key: sameName(info?.name ?? name),
    name: info?.name ?? name,
    info,
    group: info?.group ?? 'other',
    value: null,
    secret: info?.kind === 'secret',
    spellings: [],
    times: 0,
  };
}

/**
 * Every option of the catalogue in its order, then what the string has besides. Parts written as options are left out:
 * they have fields of their own. `kept` names rows that stay though the string has them not (any more), as last spelled.
 */
export function rowsOf(
  options: readonly UrlOptionInfo[],
  inspection: UrlInspection | null,
  kept: ReadonlyMap<string, string> = new Map(),
): OptionRow[] {
  const rows = new Map<string, OptionRow>();
  for (const info of options) rows.set(sameName(info.name), rowOf(options, info.name));
  for (const [key, name] of kept) rows.set(key, { ...(rows.get(key) ?? rowOf(options, name)), name });
  for (const option of inspection?.options ?? []) {
    if (option.part) continue;
    const fresh = rowOf(options, option.name);
    const row = rows.get(fresh.key) ?? fresh;
    rows.set(fresh.key, {
      ...row,
      name: option.name,
      value: option.value,
      secret: row.secret || option.secret,
      spellings: [...new Set([...row.spellings, option.name])],
      times: row.times + 1,
    });
  }
  return [...rows.values()];
}

/** "sslmode=require, 2 more": what a closed section holds. */
export function summaryOf(rows: readonly OptionRow[]): string {
  const set = rows.filter((row) => row.value !== null);
  const shown = set
    .slice(0, set.length > 3 ? 2 : 3)
    .map((row) => (row.secret ? text.isSet(row.name) : `${row.name}=${row.value}`));
  const rest = set.length - shown.length;
  return [...shown, ...(rest > 0 ? [text.more(rest)] : [])].join(', ');
}

/** Why a number can't be what the option takes; null where it can. A named secret stands for any value. */
export function numberFault(value: string, info: Pick<UrlOptionInfo, 'minimum' | 'maximum'>): string | null {
  if (value === '' || value.includes('$Secret{')) return null;
  if (!/^[+-]?\d{1,18}$/.test(value.trim())) return text.wholeNumber;
  const number = Number(value);
  const { minimum, maximum } = info;
  const outside = (minimum !== null && number < minimum) || (maximum !== null && number > maximum);
  return outside ? text.range(minimum, maximum) : null;
}

/** Whether every word that is typed is in its name, an alias or its documentation. */
export function optionMatches(info: UrlOptionInfo, typed: string): boolean {
  const names = [info.name, ...info.aliases].map(sameName);
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const documentation = info.documentation.toLowerCase();
  return words.every(
    (word) => names.some((name) => name.includes(sameName(word))) || documentation.includes(word),
  );
}

/** Matches of the name stand before those of an alias, and those before matches of the documentation. */
export function searchOptions(options: readonly UrlOptionInfo[], typed: string): UrlOptionInfo[] {
  const wanted = sameName(typed.trim());
  const rank = (info: UrlOptionInfo): number => {
    const name = sameName(info.name);
    if (wanted === '' || name.startsWith(wanted)) return 0;
    if (name.includes(wanted)) return 1;
    return info.aliases.some((alias) => sameName(alias).includes(wanted)) ? 2 : 3;
  };
  return options.filter((info) => optionMatches(info, typed)).sort((a, b) => rank(a) - rank(b));
}

/** The way to sign in that the string names, or the engine's own choice; null for one that is not known here. */
export function mechanismOf(engine: EngineInfo, rows: readonly OptionRow[]): AuthMechanismInfo | null {
  const { auth_option } = engine;
  const key = auth_option === null ? null : sameName(auth_option);
  const named = rows.find((row) => row.key === key)?.value ?? '';
  return (
    engine.auth_mechanisms.find((mechanism) => mechanism.name === named) ??
    engine.auth_mechanisms.find((mechanism) => sameName(mechanism.name) === sameName(named)) ??
    null
  );
}

/** The option that holds a mechanism's properties, where any mechanism has some. */
export function propertiesOption(engine: EngineInfo): string | null {
  const any = engine.auth_mechanisms.some((mechanism) => mechanism.properties.length > 0);
  return any && engine.auth_option !== null ? `${engine.auth_option}Properties` : null;
}

export type Property = [key: string, value: string];

/** `KEY:value` pairs separated by commas. A piece without a colon belongs to the value before it. */
export function readProperties(value: string): Property[] {
  const properties: Property[] = [];
  for (const piece of value === '' ? [] : value.split(',')) {
    const colon = piece.indexOf(':');
    const last = properties.at(-1);
    if (colon >= 0) properties.push([piece.slice(0, colon), piece.slice(colon + 1)]);
    else if (last) last[1] += `,${piece}`;
    else properties.push([piece, '']);
  }
  return properties;
}

export function writeProperties(properties: readonly Property[]): string | null {
  return properties.length === 0 ? null : properties.map(([key, value]) => `${key}:${value}`).join(',');
}

/** The list with one property set, or taken out where the value is empty. The others keep their place. */
export function withProperty(properties: readonly Property[], key: string, value: string): Property[] {
  const there = properties.some(([name]) => sameName(name) === sameName(key));
  if (value === '') return properties.filter(([name]) => sameName(name) !== sameName(key));
  if (!there) return [...properties, [key, value]];
  return properties.map(([name, old]) => [name, sameName(name) === sameName(key) ? value : old]);
}

/**
 * The value of an option as the text has it, decoded. An option of which a piece is a secret is masked whole in an
 * inspection, and its other pieces are to be shown and kept.
 */
export function writtenValue(source: string, name: string): string | null {
  for (const pair of source.split('?').slice(1).join('?').split(/[&;]/)) {
    const [written = '', ...rest] = pair.split('=');
    if (sameName(written) !== sameName(name)) continue;
    const value = rest.join('=');
    try {
      return decodeURIComponent(value);
    } catch {
      return value;
    }
  }
  return null;
}
