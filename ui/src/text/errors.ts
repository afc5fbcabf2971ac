import { plain } from '../design/text';
import type { AppError } from '../platform/errors';
import { said } from './locale';

/** Where the window knows better than the error what to do next. Matched by code, never by text. */
export const byCode: Record<string, string> = said('errors.byCode', {
  not_found: 'It is no longer there: another window or the command line may have removed it.',
  cancelled: 'Cancelled.',
});

export function errorText(error: AppError): string {
  return plain(byCode[error.code] ?? error.message);
}
