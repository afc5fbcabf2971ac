import { plain } from '../design/text';
import type { AppError } from '../platform/errors';

/** Where the window knows better than the error what to do next. Matched by code, never by text. */
const BY_CODE: Record<string, string> = {
  not_found: 'It is no longer there: another window or the command line may have removed it.',
  cancelled: 'Cancelled.',
};

export function errorText(error: AppError): string {
  return plain(BY_CODE[error.code] ?? error.message);
}
