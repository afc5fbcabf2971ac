import { useEffect, useState } from 'react';
import type { ActionCheck } from '../../bindings/ActionCheck';
import type { ActionDraft } from '../../bindings/ActionDraft';
import { platform } from '../../platform';
import type { Draft } from './drafts';

/** A check with the texts that it is of. */
export interface Checked {
  check: ActionCheck;
  template: string;
  filter: string;
  /** As JSON text. */
  samples: string;
}

type Texts = Pick<Draft, 'type' | 'template' | 'filter' | 'script' | 'samples'>;

/** What is asked of the core about a draft. */
export function checkOf(databaseId: string, draft: Texts): ActionDraft {
  const { type, template, filter, script, samples } = draft;
  return {
    database_id: databaseId,
    type,
    template,
    script,
    samples,
    ...(filter.trim() === '' ? {} : { filter_template: filter }),
  };
}

/** How long a pause in typing must be, in milliseconds. */
const PAUSE = 120;

/** What the core says of the templates, some moments after they are typed. The last answer stays until there is another. */
export function useCheck(databaseId: string, draft: Draft): Checked | null {
  const { type, template, filter, script } = draft;
  const samples = JSON.stringify(draft.samples);
  const [checked, setChecked] = useState<Checked | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: of the last answer, only whether there is one
  useEffect(() => {
    let stale = false;
    const timer = setTimeout(
      () => {
        platform
          .actionCheck(
            checkOf(databaseId, { type, template, filter, script, samples: JSON.parse(samples) as string[] }),
          )
          .then(
            (check) => {
              if (!stale) setChecked({ check, template, filter, samples });
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
  }, [databaseId, type, template, filter, script, samples]);
  return checked;
}
