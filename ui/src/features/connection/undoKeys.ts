import type { EditorSession } from './session';

const FIELDS = 'input, textarea, [contenteditable="true"]';

/** Whether a field keeps an undo of its own: one that the session knows nothing of, or that shows what it refused. */
function hasOwnUndo(target: EventTarget | null): boolean {
  if (!(target instanceof Element) || target.closest('.cm-content')) return false;
  if (!target.matches(FIELDS)) return false;
  return target.closest('[data-undo]')?.getAttribute('data-undo') !== 'session';
}

function turnOf(event: KeyboardEvent): 'undo' | 'redo' | null {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return null;
  const key = event.key.toLowerCase();
  if (key === 'z') return event.shiftKey ? 'redo' : 'undo';
  return key === 'y' && event.ctrlKey && !event.shiftKey ? 'redo' : null;
}

/**
 * Ctrl Z and Ctrl Shift Z anywhere in an editor, and the Undo of a menu, are the session's: string and form have one
 * undo. Answers how to stop. Captured on the way down, before the string's own editor and the browser see them.
 */
export function listenForUndo(element: HTMLElement, session: EditorSession): () => void {
  const turn = (event: Event, way: 'undo' | 'redo') => {
    const typing = event.target instanceof Element && event.target.matches(FIELDS);
    const able = way === 'undo' ? session.canUndo : session.canRedo;
    // On a button, with nothing left here, the shortcut is the window's.
    if (hasOwnUndo(event.target) || (!typing && !able)) return;
    event.preventDefault();
    event.stopPropagation();
    void session[way]();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const way = turnOf(event);
    if (way) turn(event, way);
  };
  const onBeforeInput = (event: InputEvent) => {
    if (event.inputType === 'historyUndo') turn(event, 'undo');
    if (event.inputType === 'historyRedo') turn(event, 'redo');
  };
  element.addEventListener('keydown', onKeyDown, true);
  element.addEventListener('beforeinput', onBeforeInput, true);
  return () => {
    element.removeEventListener('keydown', onKeyDown, true);
    element.removeEventListener('beforeinput', onBeforeInput, true);
  };
}
