/** Plain text on the clipboard. What is copied here was on the screen; secrets go another way, through the core. */

import { inSlices } from './slices';

/** More is not put on a clipboard, in characters: every program that looks there would be handed all of it. */
export const MOST_COPIED = 1 << 26;

/** That a text has more than {@link MOST_COPIED} characters. */
export class TooLong extends Error {}

/** A part of a text, and how many rows are whole with it. */
export interface Piece {
  text: string;
  rows: number;
}

/**
 * Puts pieces together without holding the window up: a hundred thousand rows take many frames, and so do ten cells of ten
 * megabytes. `rest` is called between two slices with how many rows and characters there are, and answers whether to go on; null
 * when it does not.
 */
export async function joinedInSlices(
  pieces: Iterable<Piece>,
  rest: (rows: number, characters: number) => boolean,
): Promise<string | null> {
  return inSlices(joined(pieces), ({ rows, characters }) => rest(rows, characters));
}

function* joined(pieces: Iterable<Piece>): Generator<{ rows: number; characters: number }, string> {
  const parts: string[] = [];
  const all = { rows: 0, characters: 0 };
  for (const { text, rows } of pieces) {
    parts.push(text);
    all.rows = rows;
    all.characters += text.length;
    if (all.characters > MOST_COPIED) throw new TooLong();
    yield all;
  }
  return parts.join('');
}

/** A text of so many characters is handed to the system in a task of its own: that alone takes a while. */
const LONG = 1 << 20;

/** False where the system refuses. */
export async function toClipboard(text: string): Promise<boolean> {
  if (text.length > LONG) await new Promise((done) => setTimeout(done));
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // A web view without the newer interface, or one that asks for a gesture which is over by now.
    return byCopyEvent(text);
  }
}

function byCopyEvent(text: string): boolean {
  let written = false;
  const onCopy = (event: ClipboardEvent) => {
    event.clipboardData?.setData('text/plain', text);
    event.preventDefault();
    event.stopImmediatePropagation();
    written = event.clipboardData !== null;
  };
  document.addEventListener('copy', onCopy, true);
  try {
    document.execCommand('copy');
  } finally {
    document.removeEventListener('copy', onCopy, true);
  }
  return written;
}
