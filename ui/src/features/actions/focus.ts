/** How many frames the action that is gone to is waited for: it may have to be fetched first. */
const PATIENCE = 60;

/** The first control of the action that is shown, two frames later at least, as it may only be drawn then. */
export function focusDetail(): void {
  requestAnimationFrame(() => focusSoon(PATIENCE));
}

function focusSoon(frames: number): void {
  requestAnimationFrame(() => {
    const detail = document.querySelector<HTMLElement>('[data-testid="action-detail"]');
    const first =
      detail?.querySelector<HTMLElement>(
        '[data-first] :is(input, textarea, button, [contenteditable="true"])',
      ) ?? detail?.querySelector<HTMLElement>('[data-testid="run"]');
    if (first) first.focus();
    else if (frames > 0) focusSoon(frames - 1);
  });
}

export function focusList(): void {
  document.querySelector<HTMLElement>('[data-testid="action-tree"]')?.focus();
}
