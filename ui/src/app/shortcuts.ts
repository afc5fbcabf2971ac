import { useEffect } from 'react';
import { startTests } from '../features/matrix/testRuns';
import { focusFilter, SCREENS } from './actions';
import { undoLast } from './changes';
import { goTo, navigation, openDialog } from './navigation';
import { withCommand } from './platformKeys';

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** The shortcuts that hold everywhere. Those of the matrix are the grid's own. */
export function useShortcuts(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const { dialog, palette, productId, screen: current } = navigation.get();
      if (withCommand(event) && !event.altKey) {
        const key = event.key.toLowerCase();
        const screen = SCREENS.find((candidate) => candidate.keys === key);
        if (key === 'k') navigation.set({ palette: !palette });
        else if (dialog !== null || palette) return;
        else if (key === 'n' && !event.shiftKey && productId !== null)
          openDialog({ kind: 'database-create' });
        // There it runs the action.
        else if (key === 'enter' && current === 'actions') return;
        else if (key === 'enter' && !isTyping(event.target) && productId !== null) void startTests(null);
        else if (key === 'z' && !event.shiftKey && !isTyping(event.target)) void undoLast();
        else if (screen) goTo(screen.id);
        else return;
        event.preventDefault();
        return;
      }
      if (event.key === '/' && !isTyping(event.target) && dialog === null && !palette && productId !== null) {
        event.preventDefault();
        if (current === 'actions')
          document.querySelector<HTMLInputElement>('[data-testid="action-filter"]')?.select();
        else focusFilter();
      }
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
}
