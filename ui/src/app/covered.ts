import { navigation } from './navigation';

/** Whether something stands over the screen that has keys of its own. */
export function isCovered(): boolean {
  const { dialog, question, palette } = navigation.get();
  if (dialog !== null || question !== null || palette) return true;
  return document.querySelector('[role="dialog"], [role="menu"], [role="listbox"]') !== null;
}
