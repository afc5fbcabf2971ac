import { useEffect, useState } from 'react';
import type { MigrationCheck } from '../../bindings/MigrationCheck';
import type { MigrationTexts } from '../../bindings/MigrationTexts';
import { platform } from '../../platform';
import type { Draft } from './drafts';

/** A check with the texts that it is of. */
export interface Checked {
  check: MigrationCheck;
  texts: MigrationTexts;
}

/** How long a pause in typing must be, in milliseconds. */
const PAUSE = 120;

/** What the core says of the statements, some moments after they are typed. The last answer stays until there is another. */
export function useCheck(databaseId: string, draft: Draft): Checked | null {
  const { texts, noTransaction, waivers } = draft;
  const { up, down, pre, post } = texts;
  const waived = JSON.stringify(waivers);
  const [checked, setChecked] = useState<Checked | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: of the last answer, only whether there is one
  useEffect(() => {
    let stale = false;
    const timer = setTimeout(
      () => {
        platform
          .migrationCheck({
            database_id: databaseId,
            texts: { up, down, pre, post },
            no_transaction: noTransaction,
            waivers: JSON.parse(waived),
          })
          .then(
            (check) => {
              if (!stale) setChecked({ check, texts: { up, down, pre, post } });
            },
            // A database that is gone: saving says so.
            () => undefined,
          );
      },
      checked === null ? 0 : PAUSE,
    );
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  }, [databaseId, up, down, pre, post, noTransaction, waived]);
  return checked;
}
