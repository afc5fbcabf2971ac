import { useEffect } from 'react';
import { openHelp } from '../features/help/place';
import { startTests } from '../features/matrix/testRuns';
import { refreshCells } from '../features/migrations/cells';
import { focusFilter, SCREENS } from './actions';
import { undoLast } from './changes';
import { goTo, navigation, openDialog, type Screen } from './navigation';
import { withCommand } from './platformKeys';

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** Screens that have a filter of their own. */
const FILTERS: Partial<Record<Screen, string>> = {
  actions: 'action-filter',
  migrations: 'migration-filter',
  help: 'help-search',
};

/** The shortcuts that hold everywhere. Those of the matrix are the grid's own. */
export function useShortcuts(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const { dialog, palette, productId, question, screen: current, view } = navigation.get();
      if (withCommand(event) && !event.altKey) {
        const key = event.key.toLowerCase();
        const screen = SCREENS.find((candidate) => candidate.keys === key);
        if (key === 'k') navigation.set({ palette: !palette });
        else if (dialog !== null || palette) return;
        else if (key === 'n' && !event.shiftKey && productId !== null)
          openDialog({ kind: 'database-create' });
        // There it runs what the screen shows.
        else if (key === 'enter' && (current === 'actions' || current === 'migrations')) return;
        else if (key === 'enter' && view === 'migrations' && current === 'matrix') void refreshCells(null);
        else if (key === 'enter' && !isTyping(event.target) && productId !== null) void startTests(null);
        else if (key === 'z' && !event.shiftKey && !isTyping(event.target)) void undoLast();
        else if (screen) goTo(screen.id);
        else return;
        event.preventDefault();
        return;
      }
      if (event.key === 'F1') {
        event.preventDefault();
        // A dialog keeps what was typed in it; the guide can wait.
        if (dialog === null && question === null) {
          navigation.set({ palette: false });
          openHelp();
        }
        return;
      }
      if (
        event.key === '/' &&
        !isTyping(event.target) &&
        dialog === null &&
        !palette &&
        (productId !== null || current === 'help')
      ) {
        event.preventDefault();
        const filter = FILTERS[current];
        if (filter !== undefined)
          document.querySelector<HTMLInputElement>(`[data-testid="${filter}"]`)?.select();
        else focusFilter();
      }
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
}
