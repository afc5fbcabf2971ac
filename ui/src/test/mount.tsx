import { render } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { vi } from 'vitest';

/** A fresh window upon a fresh fake: `mount('fake=empty')`. */
export async function mount(query: string) {
  vi.resetModules();
  localStorage.clear();
  window.history.replaceState({}, '', `/?pace=0&${query}`);
  const { App } = await import('../App');
  const { platform } = await import('../platform');
  // Compiling what is loaded later can take longer than a test waits for an element.
  const { readAhead } = await import('../app/later');
  await readAhead('all');
  const user = userEvent.setup();
  render(<App />);
  return { user, platform };
}
