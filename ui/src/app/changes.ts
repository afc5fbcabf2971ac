/** What every change has in common: the catalog is read again, a toast says what happened, and it can be undone. */
import { say } from '../design/toasts';
import { asAppError, platform } from '../platform';
import { common } from '../text/common';
import { errorText } from '../text/errors';
import { refreshCatalog } from './queries';

const undoable: string[] = [];

export async function undo(activityId: string): Promise<void> {
  const index = undoable.lastIndexOf(activityId);
  if (index >= 0) undoable.splice(index, 1);
  try {
    await platform.activityUndo(activityId);
    say({ text: common.undone });
  } catch (thrown) {
    say({ text: errorText(asAppError(thrown)), tone: 'error' });
  }
  await refreshCatalog();
}

export async function undoLast(): Promise<void> {
  const activityId = undoable.at(-1);
  if (activityId === undefined) say({ text: common.nothingToUndo });
  else await undo(activityId);
}

/** Says that a change was made, with the way back. */
export async function announce(text: string, activityId: string | null, hints: string[] = []): Promise<void> {
  if (activityId !== null) {
    undoable.push(activityId);
    say({
      text: [text, ...hints].join(' '),
      action: { label: common.undo, run: () => void undo(activityId) },
    });
  } else {
    say({ text: [text, ...hints].join(' ') });
  }
  await refreshCatalog();
}

/** A deed without a form of its own: what goes wrong is said in a toast. */
export async function attempt(deed: () => Promise<void>): Promise<void> {
  try {
    await deed();
  } catch (thrown) {
    say({ text: errorText(asAppError(thrown)), tone: 'error' });
  }
}
