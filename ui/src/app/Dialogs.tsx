import { later } from './later';
import { navigation } from './navigation';
import { useStore } from './store';

const SOON = { meanwhile: null, soon: true };

const OneDialog = later(async () => (await import('./OneDialog')).OneDialog, SOON);

const OneQuestion = later(async () => (await import('./OneDialog')).OneQuestion, SOON);

/** The one dialog that may be open, and above it what a deed waits for. */
export function Dialogs() {
  const open = useStore(navigation, (state) => state.dialog !== null);
  const asked = useStore(navigation, (state) => state.question !== null);
  return (
    <>
      {open ? <OneDialog /> : null}
      {asked ? <OneQuestion /> : null}
    </>
  );
}
