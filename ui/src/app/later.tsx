import { type ComponentType, lazy, type ReactNode, Suspense, useState } from 'react';
import { Waiting } from '../design/Layout';
import { common } from '../text/common';

interface Options {
  /** What is shown until it is there. */
  meanwhile?: ReactNode;
  /** Wanted so soon that it is read as soon as the first frame stands. What is not is read when somebody reaches for it. */
  soon?: boolean;
}

/** A component whose code is no part of the first frame. */
export interface Later<Props extends object> extends React.FC<Props> {
  /** Loads the code, once; a failure is told when the component is shown. */
  prepare: () => Promise<void>;
}

/** All that was declared, in the order of declaration. */
const declared: { soon: boolean; prepare: () => Promise<void> }[] = [];

/**
 * A component whose code comes when it is first shown, or was `prepare`d before that; then it is there at once, without a frame
 * of waiting. The library that these components are made of, and its language, come with the first of them.
 */
export function later<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  { meanwhile = <Waiting label={common.loading} />, soon = false }: Options = {},
): Later<Props> {
  let loaded: ComponentType<Props> | undefined;
  const loading = async () => {
    if (!loaded) {
      const [Part, { AriaLocale }] = await Promise.all([load(), import('../design/AriaLocale')]);
      loaded ??= (props) => (
        <AriaLocale>
          <Part {...props} />
        </AriaLocale>
      );
    }
    return { default: loaded };
  };
  const Lazy = lazy(loading) as unknown as ComponentType<Props>;
  function Later(props: Props) {
    // Kept for as long as this one is shown: another type of component in its place would lose its state.
    const [Shown] = useState(() => loaded ?? Lazy);
    return (
      <Suspense fallback={meanwhile}>
        <Shown {...props} />
      </Suspense>
    );
  }
  Later.prepare = () =>
    loading().then(
      () => undefined,
      () => undefined,
    );
  declared.push({ soon, prepare: Later.prepare });
  return Later;
}

/**
 * Loads what is wanted soon, one after the other, so that the window answers in between. The rest is left: code that nobody
 * looks at is memory too.
 */
export async function readAhead(which: 'soon' | 'all' = 'soon'): Promise<void> {
  for (const { soon, prepare } of declared) if (soon || which === 'all') await prepare();
}
