/** What of a page was not said through the catalogue of messages, in the pseudo-language (`?locale=pseudo&told`). */

/** Runs in the page: every text and every name, and what of it stands in no brackets and was not told by the core. */
function unsaid() {
  const told = globalThis.told;
  const longestFirst = [...told].filter((text) => /\p{L}/u.test(text)).sort((a, b) => b.length - a.length);
  const bracketed = /⟦[^⟦⟧]*⟧/gu;
  const rest = (text) => {
    let before = text;
    for (let after = before.replace(bracketed, ' '); after !== before; after = before.replace(bracketed, ' ')) before = after;
    return before.trim();
  };
  const LETTER = /[\p{L}\p{N}]/u;
  /** Put together of whole texts that were told: an address such as `shop/orders@dev`. A word of a told sentence is none. */
  const isTold = (text) => {
    if (told.has(text)) return true;
    let left = text;
    for (const one of longestFirst)
      for (let at = left.indexOf(one); at >= 0; at = left.indexOf(one, at + 1)) {
        const end = at + one.length;
        if (!LETTER.test(left[at - 1] ?? ' ') && !LETTER.test(left[end] ?? ' ')) left = `${left.slice(0, at)} ${left.slice(end)}`;
      }
    return !/\p{L}/u.test(left);
  };
  const found = new Set();
  const look = (text, what, element) => {
    const left = rest(text ?? '');
    if (!/\p{L}/u.test(left) || isTold(left) || (what !== 'text' && IN_NO_LANGUAGE.has(left))) return;
    const of = element.closest('[data-testid]')?.dataset.testid ?? element.tagName.toLowerCase();
    found.add(`${what} of ${of}: ${left}`);
  };
  // Code, keys, values and names are in no language; what React Aria says by itself comes from its own catalogue;
  // the guide is written in English.
  const FOREIGN = 'code, pre, kbd, samp, [translate=no], script, style, .cm-editor, [dir=ltr] [role=gridcell], [data-live-announcer], body [lang=en]';
  /** Identifiers and code, given as examples; the name of a button that React Aria puts into each popover. */
  const IN_NO_LANGUAGE = new Set(['shop', 'orders', 'dev', 'stg', 'ORDERS_PASSWORD', '{ "key": "value" }', '["a", "b"]', 'Dismiss']);
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!element.closest(FOREIGN) && element.checkVisibility()) look(node.data, 'text', element);
  }
  for (const element of document.body.querySelectorAll('*')) {
    if (element.closest('.cm-content, body [lang=en]')) continue;
    for (const name of ['aria-label', 'title', 'placeholder', 'alt', 'aria-valuetext', 'aria-description', 'aria-roledescription'])
      if (element.hasAttribute(name)) look(element.getAttribute(name), name, element);
  }
  return [...found];
}

export const notSaid = (page) => page.evaluate(unsaid);

/** Runs in the page: what is cut off where it is not meant to be, and what reaches beyond the window. */
function cut() {
  const found = new Set();
  const nameOf = (element) => element.closest('[data-testid]')?.dataset.testid ?? element.tagName.toLowerCase();
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) found.add(`the page scrolls sideways: ${root.scrollWidth} px`);
  for (const element of document.body.querySelectorAll('*')) {
    if (element.closest('.cm-editor') || !element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const own = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.includes('⟦'));
    if (!own) continue;
    const { left, right, width } = element.getBoundingClientRect();
    if (width <= 1) continue;
    // An ellipsis is a choice: there the whole text is in a title or on the screen that it names.
    const hides = style.overflowX !== 'visible' && style.textOverflow !== 'ellipsis';
    if (hides && element.scrollWidth > element.clientWidth + 1) found.add(`cut off in ${nameOf(element)}: ${element.textContent}`);
    let scrolls = false;
    for (let parent = element.parentElement; parent; parent = parent.parentElement) {
      const { overflowX } = getComputedStyle(parent);
      if (overflowX === 'auto' || overflowX === 'scroll') scrolls = true;
      if (overflowX === 'hidden' || overflowX === 'clip') {
        const box = parent.getBoundingClientRect();
        const inner = style.textOverflow !== 'ellipsis' && getComputedStyle(parent).textOverflow !== 'ellipsis';
        if (!scrolls && inner && (left < box.left - 1 || right > box.right + 1)) found.add(`beyond its box in ${nameOf(element)}: ${element.textContent}`);
        break;
      }
    }
    if (!scrolls && (right > root.clientWidth + 1 || left < -1)) found.add(`beyond the window in ${nameOf(element)}: ${element.textContent}`);
  }
  return [...found];
}

export const cutOff = (page) => page.evaluate(cut);
