import { useEffect, useState } from 'react';
import type { ActionCheck } from '../../bindings/ActionCheck';
import { platform } from '../../platform';
import type { Draft } from './drafts';

/** A check with the texts that it is of. */
export interface Checked {
  check: ActionCheck;
  template: string;
  filter: string;
}

/** How long a pause in typing must be, in milliseconds. */
const PAUSE = 120;

/** What the core says of the templates, some moments after they are typed. The last answer stays until there is another. */
export function useCheck(databaseId: string, draft: Draft): Checked | null {
  const { type, template, filter, script } = draft;
  const [checked, setChecked] = useState<Checked | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: of the last answer, only whether there is one
  useEffect(() => {
    let stale = false;
    const timer = setTimeout(
      () => {
        platform
          .actionCheck({
            database_id: databaseId,
            type,
            template,
            script,
            ...(filter.trim() === '' ? {} : { filter_template: filter }),
          })
          .then(
            (check) => {
              if (!stale) setChecked({ check, template, filter });
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
  }, [databaseId, type, template, filter, script]);
  return checked;
}
