import { screen, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import type { FakeHands } from '../platform/fake';
import { mount } from '../test/mount';

async function opened(file: string) {
  const { user, platform } = await mount('fake=three');
  await screen.findByTestId('matrix');
  const asked: [string | null, boolean][] = [];
  const open = platform.importOpen;
  platform.importOpen = (passphrase, given) => {
    asked.push([passphrase, given]);
    return open(passphrase, given);
  };
  const give = () => (platform as unknown as FakeHands).giveFile(file);
  return { user, asked, give };
}

test('a file that the program was opened with is imported with no choosing', async () => {
  const { user, asked, give } = await opened('shop.tapedeck.json');
  give();
  expect(await screen.findByRole('heading', { name: 'Import shop.tapedeck.json' })).toBeVisible();
  await user.click(screen.getByTestId('import-open'));
  expect(await screen.findByTestId('import-apply')).toBeVisible();
  expect(asked).toEqual([[null, true]]);
});

test('a dialog that is open keeps what was typed there', async () => {
  const { user, give } = await opened('shop.tapedeck.json');
  await user.click(screen.getByTestId('database-create'));
  await user.type(await screen.findByTestId('database-name'), 'Orders');
  give();
  const toast = await screen.findByTestId('undo-toast');
  expect(toast).toHaveTextContent('shop.tapedeck.json was opened, and can be imported.');
  expect(screen.getByTestId('database-name')).toHaveValue('Orders');
  await user.click(within(toast).getByTestId('undo'));
  expect(await screen.findByRole('heading', { name: 'Import shop.tapedeck.json' })).toBeVisible();
});
