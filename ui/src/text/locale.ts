/**
 * The language of the window and its formats, chosen once when the window opens. The English messages stand in the
 * files beside this one, each with the screens that show them; `said` is the door that all of them go through.
 */
import { pseudo } from './pseudo';

/** A part of what a language says, in the form of the English part: its texts may differ, its parameters may not. */
export type Said<Part> = {
  [Key in keyof Part]: Part[Key] extends (...parameters: infer Parameters) => string
    ? (...parameters: Parameters) => string
    : Part[Key] extends string
      ? string
      : Said<Part[Key]>;
};

interface Language {
  /** The tag of BCP 47, for plural rules, numbers and dates. */
  tag: string;
  direction: 'ltr' | 'rtl';
  /** Its messages by their names, or how they are made of the English ones. */
  part: <Part>(name: string, english: Part) => Part;
  /** What Intl says: as it is but in the pseudo-language, which marks all that is translated. */
  formatted: (text: string) => string;
}

/**
 * Another language is an object of the type `Messages` (`index.ts`) and an entry here that takes its parts from it:
 * `de: { tag: 'de', direction: 'ltr', part: (name, english) => german[name] ?? english, formatted: (text) => text }`.
 */
const LANGUAGES: Record<string, Language> = {};

const ENGLISH: Language = {
  tag: 'en',
  direction: 'ltr',
  part: (_name, english) => english,
  formatted: (text) => text,
};

/** For tests, by the `locale` of the address: longer, accented, in brackets, so that a text written past this door shows. */
const TESTED: Record<string, Language> =
  import.meta.env.DEV || import.meta.env.MODE === 'fake'
    ? {
        pseudo: { tag: 'en', direction: 'ltr', part: (_name, english) => pseudo(english), formatted: pseudo },
        mirrored: {
          tag: 'he',
          direction: 'rtl',
          part: (_name, english) => pseudo(english),
          formatted: pseudo,
        },
      }
    : {};

function chosen(): Language {
  const tested = TESTED[new URLSearchParams(globalThis.location?.search).get('locale') ?? ''];
  const wanted = globalThis.navigator?.languages
    .map((tag) => LANGUAGES[tag.split('-')[0] ?? ''])
    .find(Boolean);
  return tested ?? wanted ?? ENGLISH;
}

export const language = chosen();

/** The region that the person chose, where it is one of this language: it says how a day is written. */
const REGION =
  globalThis.navigator?.languages.find((tag) => tag.split('-')[0] === language.tag) ?? language.tag;

const MIRRORED: Record<string, string> = { ArrowLeft: 'ArrowRight', ArrowRight: 'ArrowLeft' };

/** An arrow key as it reads where lines run from the left: in the other direction the next column is at the left. */
export function alongLine(key: string): string {
  return language.direction === 'rtl' ? (MIRRORED[key] ?? key) : key;
}

/** The messages of one name, in the language of the window. */
export function said<Part>(name: string, english: Part): Part {
  return language.part(name, english);
}

/** Made when it is first used: making all of them is a tenth of what the page's script takes to start. */
function once<Made>(make: () => Made): () => Made {
  let made: Made | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function numberFormat(digits: number) {
  return once(
    () =>
      new Intl.NumberFormat(language.tag, { minimumFractionDigits: digits, maximumFractionDigits: digits }),
  );
}
const NUMBERS = [numberFormat(0), numberFormat(1)] as const;

/** A number with its groups: `1,234`; with a digit behind the point where that is asked for. */
export function number(value: number, digits: 0 | 1 = 0): string {
  return NUMBERS[digits]().format(value);
}

const PLURAL = once(() => new Intl.PluralRules(language.tag));

/** The form of a word that goes with a count; a language gives the forms that it has. */
export function plural(
  count: number,
  forms: { other: string } & Partial<Record<Intl.LDMLPluralRule, string>>,
): string {
  return forms[PLURAL().select(count)] ?? forms.other;
}

/** `1 row`, `1,234 rows`. */
export function many(count: number, one: string, other: string): string {
  return `${number(count)} ${plural(count, { one, other })}`;
}

const MOMENT = once(() => new Intl.DateTimeFormat(REGION, { dateStyle: 'medium', timeStyle: 'short' }));

export function dateAndTime(date: Date): string {
  return language.formatted(MOMENT().format(date));
}

const RELATIVE = once(() => new Intl.RelativeTimeFormat(language.tag, { numeric: 'auto' }));

/** "2 hours ago" */
export function relative(value: number, unit: Intl.RelativeTimeFormatUnit): string {
  return language.formatted(RELATIVE().format(value, unit));
}
