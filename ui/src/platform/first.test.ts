import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { PRODUCT_KEY } from './first';

const script = readFileSync(join(import.meta.dirname, '../../../src-tauri/src/ask_first.js'), 'utf8');

/** What the window's own script asks the core, and what the page takes over of it. */
async function started() {
  const asked: [string, unknown][] = [];
  vi.stubGlobal('__TAURI_INTERNALS__', {
    invoke: (command: string, args: unknown) => {
      asked.push([command, args]);
      return Promise.resolve(command);
    },
  });
  new Function(script)();
  vi.resetModules();
  return { asked, first: await import('./first') };
}

test('the product that was shown last is asked for before the page is there', async () => {
  localStorage.setItem(PRODUCT_KEY, 'product-1');
  const { asked, first } = await started();
  expect(asked).toEqual([
    ['app_bootstrap', undefined],
    ['product_list', undefined],
    ['matrix_load', { productId: 'product-1' }],
  ]);
  await expect(first.takeFirst('product_list')).resolves.toBe('product_list');
  await expect(first.takeFirstMatrix('product-1')).resolves.toBe('matrix_load');
  expect(first.takeFirst('product_list'), 'an answer is given once').toBeUndefined();
  expect(first.takeFirstMatrix('product-1')).toBeUndefined();
});

test('the answer of another product is not taken', async () => {
  localStorage.setItem(PRODUCT_KEY, 'product-1');
  const { first } = await started();
  expect(first.takeFirstMatrix('product-2')).toBeUndefined();
});

test('a first start asks for no matrix', async () => {
  localStorage.clear();
  const { asked } = await started();
  expect(asked.map(([command]) => command)).toEqual(['app_bootstrap', 'product_list']);
});
