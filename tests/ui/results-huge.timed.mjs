// Twenty cells of ten megabytes in Chromium (`?huge=1`): the window draws and hears keys whatever is done with them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atMost } from '../limits.mjs';
import { focused, front, id, until } from './harness.mjs';

const open = front();
const QUERY = 'fake=three&pace=1&huge=1';
/** The longest that the window may be busy without hearing a key, in milliseconds of its own thread. */
const LONGEST = atMost(200);
/** What is copied is handed to the system in one piece: fifty megabytes are a task of their own. */
const LONGEST_COPY = atMost(250);

async function run(page) {
  await id(page, 'nav-actions').click();
  await id(page, 'action-orders-open-orders').click();
  await id(page, 'run').click();
  await until(async () => (await page.evaluate(() => performance.getEntriesByName('rows-arrived').length)) > 0, 'they have arrived');
  await id(page, 'result-count').getByText('4 rows').waitFor();
  await id(page, 'result-grid').focus();
}

/** Does something and answers the longest task of the page's thread meanwhile, by the thread's own clock where it has one. */
async function longest(page, act) {
  const session = await page.context().browser().newBrowserCDPSession();
  const events = [];
  session.on('Tracing.dataCollected', ({ value }) => events.push(...value));
  await session.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories: ['blink.user_timing', 'toplevel', 'disabled-by-default-devtools.timeline', 'devtools.timeline'] } });
  await act();
  const done = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
  await session.send('Tracing.end');
  await done;
  await session.detach();
  const names = new Map(events.filter(({ name }) => name === 'thread_name').map(({ pid, tid, args }) => [`${pid}.${tid}`, args.name]));
  const arrived = events.find(({ name }) => name === 'rows-arrived')?.ts ?? 0;
  const tasks = events.filter(
    ({ name, ph, pid, tid, ts, dur = 0 }) => ph === 'X' && /RunTask$/.test(name) && names.get(`${pid}.${tid}`) === 'CrRendererMain' && ts + dur > arrived,
  );
  const own = tasks.map(({ dur = 0, tdur }) => (tdur ?? dur) / 1000);
  return Math.max(0, ...own);
}

async function holds(page, what, act) {
  const ms = await longest(page, act);
  console.log(`# ${what}: ${ms.toFixed(0)} ms`);
  return { what, ms };
}

test('they are drawn, walked, sorted, opened, searched and copied without a pause', () =>
  open(QUERY, async (page) => {
    const { keyboard } = page;
    const told = [];
    await id(page, 'nav-actions').waitFor();
    told.push(await holds(page, 'drawing them', () => run(page)));
    const into = async (column) => {
      await keyboard.press('Control+Home');
      for (let press = 0; press < column; press += 1) await keyboard.press('ArrowRight');
    };
    told.push(await holds(page, 'walking', async () => {
      for (const key of ['ArrowDown', 'ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowRight', 'Control+Home', 'Control+Shift+ArrowRight']) await keyboard.press(key);
    }));
    for (const column of [0, 2, 3])
      told.push(await holds(page, `sorting column ${column}`, async () => {
        await into(column);
        await keyboard.press('ArrowUp');
        await keyboard.press('Enter');
        await until(async () => (await id(page, `result-column-${column}`).getAttribute('aria-sort')) === 'ascending', 'sorted');
      }));
    for (const column of [0, 1, 2, 3, 4]) {
      await into(column);
      told.push(await holds(page, `opening column ${column}`, async () => {
        await keyboard.press('Enter');
        await id(page, 'value-content').waitFor({ timeout: 60_000 });
      }));
      told.push(await holds(page, `searching column ${column}`, async () => {
        await keyboard.press('Control+f');
        await until(async () => (await focused(page)) === 'value-search', 'the search has the focus');
        await keyboard.type('zzzz');
        await until(async () => /No matches/.test(await id(page, 'value-matches').textContent()), 'searched');
      }));
      await keyboard.press('Escape');
      await until(async () => (await focused(page)) === 'result-grid', 'it is closed');
    }
    await keyboard.press('Control+Home');
    for (const format of ['csv', 'json', 'markdown', 'insert'])
      told.push(await holds(page, `copying a row as ${format}`, async () => {
        await id(page, 'result-grid').focus();
        await keyboard.press('Shift+Space');
        await keyboard.press('Shift+F10');
        await id(page, `menu-copy-selection-${format}`).click();
        await page.getByText('Copied 1 row.').last().waitFor({ timeout: 60_000 });
        // The system takes its time with fifty megabytes; the next one waits for it.
        await until(async () => id(page, 'result-copy').isEnabled(), 'it is done');
        await until(async () => (await page.getByText('Copied 1 row.').count()) === 0, 'what was said is gone');
      }));
    // Progress is told, and the window hears Cancel meanwhile.
    await id(page, 'result-grid').focus();
    await keyboard.press('Control+a');
    await keyboard.press('Shift+F10');
    await id(page, 'menu-copy-selection-markdown').click();
    await id(page, 'result-copy-size').waitFor();
    await id(page, 'result-copy-cancel').click();
    await until(async () => id(page, 'result-copy').isEnabled(), 'it is cancelled');
    const late = told.filter(({ what, ms }) => ms > (what.startsWith('copying') ? LONGEST_COPY : LONGEST));
    assert.deepEqual(late, []);
  }));
