import { expect, test, vi } from 'vitest';
import { joinedInSlices, MOST_COPIED, TooLong, toClipboard } from './clipboard';

function* slow(count: number) {
  for (let piece = 0; piece < count; piece += 1) {
    const until = performance.now() + 10;
    while (performance.now() < until);
    yield { text: `${piece},`, rows: piece + 1 };
  }
}

test('pieces are joined, with rests in between', async () => {
  const told: number[] = [];
  const joined = await joinedInSlices(slow(12), (done) => told.push(done) > 0);
  expect(joined).toBe('0,1,2,3,4,5,6,7,8,9,10,11,');
  expect(told.length).toBeGreaterThan(1);
});

test('joining ends when it is told to', async () => {
  expect(await joinedInSlices(slow(1000), () => false)).toBeNull();
});

test('more than a clipboard should hold is not put together', async () => {
  const text = 'x'.repeat(MOST_COPIED / 4);
  const pieces = Array.from({ length: 5 }, (_, rows) => ({ text, rows }));
  await expect(joinedInSlices(pieces, () => true)).rejects.toThrow(TooLong);
});

test('text gets to the clipboard by a copy event where the newer way is refused', async () => {
  vi.stubGlobal('navigator', { clipboard: { writeText: () => Promise.reject(new Error('no gesture')) } });
  const setData = vi.fn();
  document.execCommand = () => {
    const event = Object.assign(new Event('copy', { cancelable: true }), { clipboardData: { setData } });
    return document.dispatchEvent(event);
  };
  expect(await toClipboard('a\tb')).toBe(true);
  expect(setData).toHaveBeenCalledWith('text/plain', 'a\tb');
  document.execCommand = () => false;
  expect(await toClipboard('a')).toBe(false);
  vi.unstubAllGlobals();
});
