// Scrolling through very many rows in Chromium: frames are timed, so that nothing else runs meanwhile.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atMost } from '../limits.mjs';
import { front, id } from './harness.mjs';
import { HUNDRED_THOUSAND, run } from './rows.mjs';

const open = front();

test('a thousand rows scroll without jank', () =>
  open('fake=thousand', async (page) => {
    await id(page, 'matrix').waitFor();
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable');
    const script = async () =>
      (await session.send('Performance.getMetrics')).metrics.find((metric) => metric.name === 'ScriptDuration').value;
    const before = await script();
    const { rows, median } = await page.evaluate(async () => {
      const grid = document.querySelector('[role=grid]');
      const times = [];
      let last = performance.now();
      for (let frame = 0; frame < 100; frame += 1) {
        grid.scrollTop += 240;
        await new Promise(requestAnimationFrame);
        const now = performance.now();
        times.push(now - last);
        last = now;
      }
      times.sort((a, b) => a - b);
      return { rows: document.querySelectorAll('[role=row]').length, median: times[50] };
    });
    const perFrame = ((await script()) - before) * 10;
    // Painting is done in software and the machine is shared: our own share of a frame is what is held to account.
    assert.ok(rows < 60, `${rows} rows are in the document`);
    assert.ok(perFrame < atMost(25), `scripts take ${perFrame.toFixed(1)} ms of a frame that brings seven new rows`);
    assert.ok(median < atMost(150), `half the frames took longer than ${median} ms`);
    await id(page, 'matrix').focus();
    await page.keyboard.press('Control+End');
    await page.getByTestId('row-users-100').waitFor();
  }));

test('a hundred thousand rows scroll without jank, and few are in the document', () =>
  open(HUNDRED_THOUSAND, async (page) => {
    await run(page);
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable');
    const script = async () => (await session.send('Performance.getMetrics')).metrics.find((metric) => metric.name === 'ScriptDuration').value;
    for (const [side, by] of [['scrollTop', 260], ['scrollTop', 20_000], ['scrollLeft', 60]]) {
      const before = await script();
      const cells = await page.evaluate(
        async ([side, by]) => {
          const grid = document.querySelector('[data-testid=result-grid]');
          for (let frame = 0; frame < 100; frame += 1) {
            grid[side] += by;
            await new Promise(requestAnimationFrame);
          }
          return grid.querySelectorAll('[role=gridcell]').length;
        },
        [side, by],
      );
      const perFrame = ((await script()) - before) * 10;
      assert.ok(cells < 1000, `${cells} cells are in the document`);
      // As with the matrix: our own share of a frame is what is held to account.
      assert.ok(perFrame < atMost(40), `scripts take ${perFrame.toFixed(1)} ms of a frame by ${side}`);
    }
  }));
