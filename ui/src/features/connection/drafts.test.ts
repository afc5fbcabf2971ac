import { expect, test, vi } from 'vitest';

async function drafts() {
  vi.resetModules();
  window.history.replaceState({}, '', '/?fake=empty');
  const { UrlDrafts } = await import('./drafts');
  return new UrlDrafts(['dev', 'stg'], 'postgresql', (type) => `${type}://localhost`);
}
async function settled(made: Awaited<ReturnType<typeof drafts>>) {
  await made.of('dev')?.inspectNow();
  await made.of('stg')?.inspectNow();
  return made.firstBroken(['dev', 'stg']);
}

test('the type is what the first URL tells, until it is chosen', async () => {
  const made = await drafts();
  expect(made.get().type).toBeNull();
  made.of('stg')?.setText('mysql://h/d');
  await settled(made);
  expect(made.get().type).toBe('mysql');
  made.of('dev')?.setText('mongodb://h/d');
  await settled(made);
  expect(made.get().type).toBe('mongodb');
  made.choose('postgresql');
  await settled(made);
  expect(made.get().type).toBe('postgresql');
});

test('the others are read again as of the type', async () => {
  const made = await drafts();
  made.of('dev')?.setText('mysql://h/d');
  made.of('stg')?.setText('mysql://h/d');
  expect(await settled(made)).toBeNull();
  made.choose('mongodb');
  await vi.waitFor(() => expect(made.get().inspections.stg?.error?.code).toBe('scheme_of_other_type'));
  expect(await settled(made)).toBe('dev');
});

test('a URL pasted first of all says the type against what was chosen', async () => {
  const made = await drafts();
  made.choose('mysql');
  made.of('dev')?.setText('mongodb://h/d');
  made.wasPasted('dev');
  await settled(made);
  expect(made.get().type).toBe('mongodb');
  made.of('stg')?.setText('postgresql://h/d');
  made.wasPasted('stg');
  await settled(made);
  expect(made.get().type).toBe('mongodb');
  made.choose('mysql');
  expect(made.get().type).toBe('mysql');
});

test('what is pasted and tells nothing leaves what was chosen', async () => {
  const made = await drafts();
  made.choose('mysql');
  made.of('dev')?.setText('not a url');
  made.wasPasted('dev');
  await settled(made);
  expect(made.get().type).toBe('mysql');
});
