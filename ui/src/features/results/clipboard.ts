/** Plain text on the clipboard. What is copied here was on the screen; secrets go another way, through the core. */

/** How long text is made before the window may draw, in milliseconds. */
const SLICE = 24;

/**
 * Puts pieces together without holding the window up: a hundred thousand rows take many frames. `rest` is called between two
 * slices with how many pieces there are, and answers whether to go on; null when it does not.
 */
export async function joinedInSlices(
  pieces: Iterable<string>,
  rest: (done: number) => boolean,
): Promise<string | null> {
  const parts: string[] = [];
  let since = performance.now();
  for (const piece of pieces) {
    parts.push(piece);
    if (performance.now() - since < SLICE) continue;
    await new Promise((done) => setTimeout(done));
    if (!rest(parts.length)) return null;
    since = performance.now();
  }
  return parts.join('');
}

/** False where the system refuses. */
export async function toClipboard(text: string): Promise<boolean> {
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
