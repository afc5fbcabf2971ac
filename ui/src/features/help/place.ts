/** Where the guide is open. It is small: every part of the window that leads into the guide has it, and not the guide. */
import { goTo, navigation } from '../../app/navigation';
import { createStore } from '../../app/store';

/** A page, and the heading in it that is meant. */
export interface Topic {
  page: string;
  anchor: string | null;
}

const FIRST: Topic = { page: 'guide', anchor: null };

interface Place extends Topic {
  /** The pages before this one, the last of them last. */
  before: Topic[];
  words: string;
}

export const place = createStore<Place>({ ...FIRST, before: [], words: '' });

/** From anywhere: the guide, at what is asked for or where it was left. */
export function openHelp(topic?: Topic): void {
  if (topic) turnTo(topic);
  goTo('help');
}

export function turnTo({ page, anchor }: Topic): void {
  const here = place.get();
  const stays = here.page === page;
  place.set({
    page,
    anchor,
    before: stays ? here.before : [...here.before, { page: here.page, anchor: here.anchor }].slice(-50),
  });
}

export function turnBack(): void {
  const { before } = place.get();
  const last = before.at(-1);
  if (last) place.set({ ...last, before: before.slice(0, -1) });
}

/** Back to the screen that it was opened from. */
export function leaveHelp(): void {
  goTo(navigation.get().beforeHelp);
}
