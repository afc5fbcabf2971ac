import { screen, waitFor } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { mount } from '../../test/mount';

test('the file of a database is chosen, where a database is a file', async () => {
  const { user, platform } = await mount('fake=three');
  await user.click(await screen.findByTestId('database-create'));
  await user.click(await screen.findByTestId('database-type-postgresql'));
  expect(screen.queryByTestId('env-file-dev')).toBeNull();
  await user.click(screen.getByTestId('database-type-sqlite'));
  const asked = vi
    .spyOn(platform, 'fileChoose')
    .mockResolvedValueOnce('/home/ada/shop.db')
    .mockResolvedValueOnce(null);
  await user.click(screen.getByTestId('env-file-dev'));
  await waitFor(() =>
    expect(screen.getByTestId('env-url-dev')).toHaveTextContent('sqlite:///home/ada/shop.db'),
  );
  await user.click(screen.getByTestId('env-file-stg'));
  expect(asked.mock.calls).toEqual([[false], [false]]);
  expect(screen.getByTestId('env-url-stg')).not.toHaveTextContent('sqlite:///home');
});
