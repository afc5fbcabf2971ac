import { useState } from 'react';
import { type SubmitForm, useSubmit } from '../../design/forms';

/** What `next` changes in a record, with the revision it was made from. An empty text and null are the same. */
export function patchOf<Next extends object>(
  record: { revision: number } & Next,
  next: Next,
): Partial<Next> & { revision: number } {
  const changed = (Object.keys(next) as (keyof Next)[]).filter(
    (field) => (next[field] || null) !== (record[field] || null),
  );
  return {
    ...(Object.fromEntries(changed.map((field) => [field, next[field]])) as Partial<Next>),
    revision: record.revision,
  };
}

/** Whether there is nothing in a patch to send. */
export function isEmptyPatch(patch: object): boolean {
  return Object.keys(patch).every((key) => key === 'revision');
}

export interface PatchForm<Patch> extends SubmitForm {
  /** What was last sent: a conflict is about it. */
  sent: Patch;
  write: (patch: Patch) => Promise<void>;
}

/** Sends patches of a record, and keeps what it sent for the dialog of a conflict. */
export function usePatch<Patch extends object>(send: (patch: Patch) => Promise<void>): PatchForm<Patch> {
  const sending = useSubmit();
  const [sent, setSent] = useState<Patch>({} as Patch);
  const write = (patch: Patch) => {
    setSent(patch);
    return sending.submit(() => send(patch));
  };
  return { ...sending, sent, write };
}
