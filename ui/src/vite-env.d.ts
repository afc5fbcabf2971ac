/// <reference types="vite/client" />

/** The user guide as the build read it: see vite.guide.ts. */
declare module 'virtual:guide' {
  /** In the order of the list. */
  export const pages: import('./features/help/document').GuidePage[];
  /** Addresses of the pictures by `name-light` and `name-dark`. */
  export const pictures: Record<string, string>;
}
