/** How this system writes its shortcuts. */
const APPLE = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform);

export function shortcut(letter: string): string {
  return APPLE ? `⌘${letter}` : `Ctrl ${letter}`;
}

export function withCommand(event: { ctrlKey: boolean; metaKey: boolean }): boolean {
  return APPLE ? event.metaKey : event.ctrlKey;
}
