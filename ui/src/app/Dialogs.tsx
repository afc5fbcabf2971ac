import { later } from './later';
import { navigation } from './navigation';
import { useStore } from './store';

const OneDialog = later(async () => (await import('./OneDialog')).OneDialog, null);

/** The one dialog that may be open. */
export function Dialogs() {
  const open = useStore(navigation, (state) => state.dialog !== null);
  return open ? <OneDialog /> : null;
}
