/** How many frames what is gone to is waited for: it may have to be fetched first. */
const PATIENCE = 60;

function soon(find: () => HTMLElement | null | undefined, frames: number): void {
  requestAnimationFrame(() => {
    const found = find();
    if (found) found.focus();
    else if (frames > 0) soon(find, frames - 1);
  });
}

export function focusGrid(): void {
  soon(() => document.querySelector<HTMLElement>('[data-testid="migration-grid"]'), PATIENCE);
}

export function focusEditor(): void {
  soon(() => document.querySelector<HTMLElement>('[data-testid="migration-name"]'), PATIENCE);
}

/** By its test id. */
export function focusOn(testId: string): void {
  soon(() => document.querySelector<HTMLElement>(`[data-testid="${testId}"]`), PATIENCE);
}
