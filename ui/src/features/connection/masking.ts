/**
 * A quick guess at where passwords stand, to hide them until the engine has said exactly where.
 * It may hide too much, never too little: from the first colon after the scheme to the last @ before the path.
 */
export function guessSecrets(text: string): { start: number; end: number }[] {
  const spans: { start: number; end: number }[] = [];
  const userinfo = /^\s*[a-z][a-z0-9+.-]*:\/\/[^:@/?#]*:/i.exec(text);
  if (userinfo) {
    const start = userinfo[0].length;
    const query = text.indexOf('?', start);
    const end = text.lastIndexOf('@', query < 0 ? text.length : query);
    if (end > start) spans.push({ start, end });
  }
  const option = /(?:password|passwd|secret|token)\w*=([^&\s]*)/gi;
  for (let match = option.exec(text); match; match = option.exec(text)) {
    const value = match[1] ?? '';
    const start = match.index + match[0].length - value.length;
    const covered = spans.some((span) => start < span.end && start + value.length > span.start);
    if (value !== '' && !covered) spans.push({ start, end: start + value.length });
  }
  return spans.filter(({ start, end }) => !/^(\*\*\*|\$Secret\{[^}]*\})$/.test(text.slice(start, end)));
}

/** Dots in place of each, as many whatever the length. */
export function maskPasswords(text: string): string {
  let masked = text;
  for (const { start, end } of guessSecrets(text).sort((a, b) => b.start - a.start))
    masked = `${masked.slice(0, start)}••••••••${masked.slice(end)}`;
  return masked;
}
