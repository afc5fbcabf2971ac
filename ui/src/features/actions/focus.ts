/** Two frames later, as what is gone to may only be drawn then: the first control of the action that is shown. */
export function focusDetail(): void {
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      const detail = document.querySelector<HTMLElement>('[data-testid="action-detail"]');
      const first =
        detail?.querySelector<HTMLElement>(
          '[data-first] :is(input, textarea, button, [contenteditable="true"])',
        ) ?? detail?.querySelector<HTMLElement>('[data-testid="run"]');
      first?.focus();
    }),
  );
}

export function focusList(): void {
  document.querySelector<HTMLElement>('[data-testid="action-tree"]')?.focus();
}
