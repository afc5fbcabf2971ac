import { screen, waitFor } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import type { FakeHands } from '../../platform/fake';
import { mount } from '../../test/mount';

const byId = (id: string) => screen.findByTestId(id);

/** The dialog that copies `users` of one environment, with one target chosen. */
async function copyUsers(from: string, to: string) {
  const { user, platform } = await mount('fake=three');
  await user.click(await byId(`cell-users-${from}`));
  await user.click(await byId('tool-copy'));
  await user.click(await byId(`copy-to-${to}`));
  await byId(`copy-after-${to}`);
  return { user, platform };
}

async function usersOf(platform: Awaited<ReturnType<typeof mount>>['platform']) {
  const [product] = await platform.productList();
  const { databases } = await platform.matrixLoad(product?.id ?? '');
  const users = databases.find((database) => database.tag === 'users');
  if (!users) throw new Error('no users');
  return users;
}

test('a change elsewhere refuses the copy; the preview is then of what is there', async () => {
  const { user, platform } = await copyUsers('dev', 'stg');
  const { id } = await usersOf(platform);
  await waitFor(() => expect(screen.getByTestId('copy-apply')).toBeEnabled());
  (platform as unknown as FakeHands).bumpRevision(id, 'Users');
  await user.click(await byId('copy-apply'));
  await waitFor(() => expect(screen.getByRole('alert')).toHaveTextContent('changed meanwhile'));
  await waitFor(() => expect(screen.getByTestId('copy-apply')).toBeEnabled());
  expect((await usersOf(platform)).envs.find((config) => config.slug === 'stg')?.connection_url).toContain(
    'stg-db.internal',
  );
  await user.click(await byId('copy-apply'));
  await byId('undo-toast');
  expect((await usersOf(platform)).envs.find((config) => config.slug === 'stg')?.connection_url).toBe(
    'mysql://root@localhost:3306/users',
  );
});

test('what is sent is what was shown: nothing while the preview lags behind', async () => {
  const { user, platform } = await copyUsers('dev', 'stg');
  const apply = vi.spyOn(platform, 'urlCopyApply');
  await user.clear(await byId('copy-find-stg'));
  await user.type(await byId('copy-find-stg'), 'localhost');
  expect(screen.getByTestId('copy-apply')).toBeDisabled();
  await user.keyboard('{Enter}');
  expect(apply).not.toHaveBeenCalled();
  await waitFor(() => expect(screen.getByTestId('copy-after-stg')).toHaveTextContent('root@stg:3306'));
  await waitFor(() => expect(screen.getByTestId('copy-apply')).toBeEnabled());
  await user.click(await byId('copy-apply'));
  await waitFor(() => expect(apply).toHaveBeenCalledOnce());
  expect(apply.mock.calls[0]?.[0]).toMatchObject({
    parts: ['host', 'database', 'user'],
    targets: [{ slug: 'stg', find: 'localhost', replace: 'stg' }],
    with_secrets: false,
  });
});

test('nothing chosen is said', async () => {
  const { user } = await mount('fake=three');
  await user.click(await byId('cell-users-dev'));
  await user.click(await byId('tool-copy'));
  await user.click(await byId('copy-apply'));
  expect(await screen.findByRole('alert')).toHaveTextContent('Choose at least one environment.');
});
