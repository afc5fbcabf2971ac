import { times } from '../text/common';
import { dateAndTime, relative } from '../text/locale';

/**
 * Text that a server or a file sent: controls that reorder or hide text are taken out before it is shown,
 * so that an error message can't pretend to be something else.
 */
const DECEPTIVE = /(?![\t\n\u200c\u200d])[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** Nearly every text, and told much sooner. */
const HARMLESS = /^[ -~]*$/;

export function plain(text: string): string {
  return HARMLESS.test(text) ? text : text.replace(DECEPTIVE, '');
}

/** "4 ms", "1.2 s": three digits at most, so that columns stay still. */
export function duration(ms: number): string {
  if (ms < 1) return times.lessThan(times.milliseconds(1));
  if (ms < 1000) return times.milliseconds(Math.round(ms));
  return times.seconds(ms / 1000, ms < 10_000 ? 1 : 0);
}

export function moment(rfc3339: string): string {
  const date = new Date(rfc3339);
  return Number.isNaN(date.getTime()) ? plain(rfc3339) : dateAndTime(date);
}

export function ago(rfc3339: string, now: number): string {
  const seconds = (new Date(rfc3339).getTime() - now) / 1000;
  if (Number.isNaN(seconds)) return plain(rfc3339);
  if (Math.abs(seconds) < 60) return times.justNow;
  if (Math.abs(seconds) < 3600) return relative(Math.round(seconds / 60), 'minute');
  if (Math.abs(seconds) < 86_400) return relative(Math.round(seconds / 3600), 'hour');
  return relative(Math.round(seconds / 86_400), 'day');
}

export function classes(...names: (string | false | null | undefined)[]): string {
  return names.filter(Boolean).join(' ');
}
