import { screen, waitFor, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import type { FakeHands } from './platform/fake';
import { mount } from './test/mount';

const byId = (id: string) => screen.findByTestId(id);

test('from nothing to a tested database', async () => {
  const { user } = await mount('fake=empty');
  await user.click(await byId('way-create'));
  await user.type(await byId('product-name'), 'Web shop');
  expect(await byId('product-tag')).toHaveValue('web-shop');
  await user.click(await byId('product-create'));

  await user.click(await byId('database-create-empty'));
  await user.click(await byId('database-type-mysql'));
  await user.type(await byId('database-name'), 'Orders');
  await user.type(await byId('env-url-dev'), 'mysql://app:hunter2@localhost/orders');
  expect(await byId('env-url-dev')).toHaveTextContent('mysql://app:••••••••@localhost/orders');
  expect(document.body).not.toHaveTextContent('hunter2');
  await user.click(await byId('save'));

  expect(await byId('cell-orders-dev')).toHaveAttribute('data-state', 'untested');
  expect(await byId('cell-orders-prd')).toHaveAttribute('data-state', 'unconfigured');
  await user.click(await byId('test-all'));
  await waitFor(() => expect(screen.getByTestId('cell-orders-dev')).toHaveAttribute('data-state', 'ok'));
});

test('each fault stands beside its field, and the first gets the focus', async () => {
  const { user } = await mount('fake=three');
  await user.click(await byId('database-create'));
  await user.type(await byId('database-name'), 'Orders');
  await user.type(await byId('env-url-dev'), 'mysql://localhost/x');
  await user.click(await byId('save'));
  const tag = await byId('database-tag');
  await waitFor(() => expect(tag).toHaveFocus());
  expect(tag).toHaveAccessibleDescription(/already used/);
  expect(await byId('env-url-dev')).toBeValid();
});

test('a deletion is undone from its toast', async () => {
  const { user } = await mount('fake=three');
  const grid = await byId('matrix');
  grid.focus();
  await user.keyboard('{Home}{Delete}');
  await waitFor(() => expect(screen.queryByTestId('row-events')).toBeNull());
  await user.click(within(await byId('undo-toast')).getByTestId('undo'));
  expect(await byId('row-events')).toBeVisible();
});

test('two edits of one record are merged field by field', async () => {
  const { user, platform } = await mount('fake=three');
  await byId('row-orders');
  const products = await platform.productList();
  const matrix = await platform.matrixLoad(products[0]?.id ?? '');
  const orders = matrix.databases.find((database) => database.tag === 'orders');
  await user.click(await byId('nav-databases'));
  await user.click(await byId('database-orders'));
  await user.click(await byId('database-edit'));
  await user.clear(await byId('database-name'));
  await user.type(await byId('database-name'), 'Mine');
  (platform as unknown as FakeHands).bumpRevision(orders?.id ?? '', 'Theirs');
  await user.click(await byId('save'));
  const conflict = await byId('conflict');
  expect(conflict).toHaveTextContent('Theirs');
  expect(conflict).toHaveTextContent('Mine');
  await user.click(within(conflict).getByTestId('save'));
  await waitFor(async () => {
    const after = await platform.matrixLoad(products[0]?.id ?? '');
    expect(after.databases.find((database) => database.tag === 'orders')?.name).toBe('Mine');
  });
});

test('a password typed in its field is saved apart from the text', async () => {
  const { user } = await mount('fake=three');
  await user.click(await byId('cell-users-dev'));
  await user.type(await byId('password-field'), 'hunter2');
  await waitFor(() => expect(screen.getByTestId('url-string')).toHaveTextContent('root:••••••••@localhost'));
  expect(document.body).not.toHaveTextContent('hunter2');
  await user.click(await byId('save'));
  await byId('undo-toast');
  await user.click(await byId('reveal'));
  await waitFor(() => expect(screen.getByTestId('url-string')).toHaveTextContent('root:hunter2@localhost'));
  await user.click(await byId('reveal'));
  await waitFor(() => expect(screen.getByTestId('url-string')).not.toHaveTextContent('hunter2'));
});

test('what does not parse is not saved', async () => {
  const { user } = await mount('fake=three');
  await user.click(await byId('cell-orders-dev'));
  const port = await byId('port-field');
  await user.clear(port);
  await user.type(port, 'abc');
  expect(await byId('url-notes')).toHaveTextContent('is not a port');
  expect(await byId('save')).toBeDisabled();
});

test('the palette lists actions with their shortcuts and runs one', async () => {
  const { user } = await mount('fake=three');
  await byId('row-orders');
  await user.keyboard('{Control>}k{/Control}');
  await user.type(await byId('palette-input'), 'secrets');
  await user.keyboard('{Enter}');
  expect(await byId('secrets-screen')).toBeVisible();
});
