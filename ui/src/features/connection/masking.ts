/**
 * A quick guess at where passwords stand, to hide them until the engine has said exactly where.
 * It may hide too much, never too little: from the first colon after the scheme to the last @ before the query. The
 * URL may stand in a command line or in a line of a file.
 */
export function guessSecrets(text: string): { start: number; end: number }[] {
  const spans: { start: number; end: number }[] = [];
  const userinfo = /[a-z][a-z0-9+.-]*:\/\/[^:@/?#\s]*:/i.exec(text);
  if (userinfo) {
    const start = userinfo.index + userinfo[0].length;
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
