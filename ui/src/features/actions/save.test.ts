import { afterEach, expect, test, vi } from 'vitest';
import type { ActionPatchInput } from '../../bindings/ActionPatchInput';
import { conflictOf, faultsOf, platform } from '../../platform';
import { placed, updateAction } from './save';

afterEach(() => vi.restoreAllMocks());

const conflict = (...fields: string[]) => ({
  code: 'conflict',
  message: 'Somebody changed this meanwhile.',
  retryable: false,
  detail: {
    revision: null,
    current_fingerprint: 'theirs',
    changes: fields.map((field) => ({ field, base: 'a', current: 'b', yours: null })),
  },
});

/** The core refuses the first patch so, and takes the next. */
function refusedOnce(error: unknown) {
  const sent: ActionPatchInput[] = [];
  vi.spyOn(platform, 'actionUpdate').mockImplementation(async (_id, patch) => {
    sent.push(patch);
    if (sent.length === 1) throw error;
    return {} as never;
  });
  return sent;
}

test('what somebody else changed of other fields stays, and the patch is sent on top of it', async () => {
  const sent = refusedOnce(conflict('description'));
  await updateAction('a', { fingerprint: 'mine', name: 'New' });
  expect(sent).toEqual([
    { fingerprint: 'mine', name: 'New' },
    { fingerprint: 'theirs', name: 'New' },
  ]);
});

test('a field that both changed is for the person to choose', async () => {
  const sent = refusedOnce(conflict('description', 'name'));
  const thrown = await updateAction('a', { fingerprint: 'mine', name: 'New' }).catch((error) => error);
  expect(sent).toHaveLength(1);
  expect(conflictOf(thrown)).toMatchObject({ fingerprint: 'theirs', revision: null });
  expect(conflictOf(thrown)?.changes.map(({ field }) => field)).toEqual(['name']);
});

test('a fault deep in a template is told at the template', async () => {
  const faults = [
    { field: 'template.updateOne.set', code: 'x', message: 'No.' },
    { field: 'filterTemplate', code: 'x', message: 'No.' },
    { field: 'tableName', code: 'x', message: 'No.' },
  ];
  const error = { code: 'validation', message: '', retryable: false, detail: { faults } };
  const thrown = await placed(Promise.reject(error)).catch((refused) => refused);
  expect(faultsOf(thrown).map(({ field }) => field)).toEqual(['template', 'filterTemplate', 'tableName']);
});
