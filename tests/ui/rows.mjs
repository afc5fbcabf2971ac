/** The results of very many rows and fifty columns: `?rows=` makes every action that reads give so many. */
import { id, until } from './harness.mjs';

export const HUNDRED_THOUSAND = 'fake=three&pace=0&rows=100000';

export async function run(page, rows = '99,500') {
  await id(page, 'nav-actions').click();
  await id(page, 'action-orders-open-orders').click();
  await id(page, 'run').click();
  await until(async () => ((await id(page, 'result-count').textContent({ timeout: 30_000 })) ?? '').startsWith(`${rows} rows so far`), 'the rows are there');
  await id(page, 'result-grid').focus();
}
