import { useState } from 'react';
import { type SubmitForm, useSubmit } from '../../design/forms';

/** What `next` changes in a record, with the revision it was made from. An empty text and null are the same. */
export function patchOf<Stored extends { revision: number }, Field extends keyof Stored>(
  record: Stored,
  next: Pick<Stored, Field>,
): Partial<Pick<Stored, Field>> & { revision: number } {
  const patch: Partial<Pick<Stored, Field>> = {};
  for (const field of Object.keys(next) as Field[])
    if ((next[field] || null) !== (record[field] || null)) patch[field] = next[field];
  return { ...patch, revision: record.revision };
}

/** Whether there is nothing in a patch to send. */
export function isEmptyPatch(patch: object): boolean {
  return Object.keys(patch).every((key) => key === 'revision' || key === 'fingerprint');
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
