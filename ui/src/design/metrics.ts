/** The system's text size, upon which every size of the window stands, in pixels. */
export function rootFontSize(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 13;
}

/** A size of the design, drawn at a text size of 13 pixels, as it is on this system. */
export function scaled(pixels: number, size = rootFontSize()): number {
  return (pixels / 13) * size;
}
