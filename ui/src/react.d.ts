import 'react';

declare module 'react' {
  interface CSSProperties {
    /** Custom properties hand a number of the data to the style sheet. */
    [name: `--${string}`]: string | number | undefined;
  }
}
