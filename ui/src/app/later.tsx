import { type ComponentType, lazy, type ReactNode, Suspense, useState } from 'react';
import { Waiting } from '../design/Layout';
import { common } from '../text/common';

/** What was declared and not yet loaded, in the order of declaration. */
const ahead: (() => Promise<unknown>)[] = [];

/**
 * A component whose code is no part of the first frame. It comes when it is first shown, or before that by `readAhead`;
 * then it is there at once, without a frame of waiting.
 */
export function later<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  meanwhile: ReactNode = <Waiting label={common.loading} />,
): ComponentType<Props> {
  let loaded: ComponentType<Props> | undefined;
  const loading = async () => {
    loaded ??= await load();
    return { default: loaded };
  };
  const Lazy = lazy(loading) as unknown as ComponentType<Props>;
  ahead.push(loading);
  return function Later(props: Props) {
    // Kept for as long as this one is shown: another type of component in its place would lose its state.
    const [Shown] = useState(() => loaded ?? Lazy);
    return (
      <Suspense fallback={meanwhile}>
        <Shown {...props} />
      </Suspense>
    );
  };
}

/** Loads what is left, one after the other, so that the window answers in between. */
export async function readAhead(): Promise<void> {
  for (let next = ahead.shift(); next; next = ahead.shift()) {
    // A part that can't be read now is read, and its failure told, when it is shown.
    await next().catch(() => undefined);
  }
}
