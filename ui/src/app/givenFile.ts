import { say } from '../design/toasts';
import { platform } from '../platform';
import { transfer as text } from '../text/settings';
import { navigation, openDialog } from './navigation';

/** Offers what the system opened this program with to be imported; a dialog that is open, and what was typed there, stays. */
export async function openGiven(): Promise<void> {
  const given = await platform.importGiven();
  if (given === null) return;
  const open = () => openDialog({ kind: 'import', given });
  if (navigation.get().dialog === null) open();
  else say({ text: text.importGivenWaits(given), action: { label: text.importGivenNow, run: open } });
}
