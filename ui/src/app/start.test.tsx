import { render, screen } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import type { Platform } from '../platform';
import { PRODUCT_KEY } from '../platform/first';

/** A window that was open before, over the fake; `asked` has what it asked of the core, in order. */
async function start() {
  vi.resetModules();
  window.history.replaceState({}, '', '/?pace=0&fake=three');
  const { platform } = await import('../platform');
  const [product] = await platform.productList();
  localStorage.setItem(PRODUCT_KEY, product?.id ?? '');
  const asked: string[] = [];
  for (const [name, command] of Object.entries(platform) as [
    keyof Platform,
    (...args: never[]) => unknown,
  ][]) {
    Object.assign(platform, {
      [name]: (...args: never[]) => {
        asked.push(name);
        return command.apply(platform, args);
      },
    });
  }
  return { asked, app: await import('../App'), queries: await import('./queries') };
}

test('all that the first frame needs is asked for at once', async () => {
  const { asked, queries } = await start();
  queries.askForFirstFrame();
  expect(asked).toEqual(['appBootstrap', 'productList', 'matrixLoad']);
});

test('a start asks for nothing twice, and for little besides', async () => {
  const { asked, app, queries } = await start();
  queries.askForFirstFrame();
  render(<app.App />);
  await screen.findByTestId('matrix');
  expect(asked.slice().sort()).toEqual([
    'appBootstrap',
    'credentialsCheck',
    'importGiven',
    'matrixLoad',
    'migrationMatrix',
    'onCatalogChanged',
    'onFileGiven',
    'productList',
  ]);
});
