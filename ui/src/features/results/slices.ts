/** Work on long values in slices, between which the window draws and hears keys. A generator yields wherever it may rest. */
import { useEffect, useMemo, useState } from 'react';

/** How long a slice is, in milliseconds. */
const SLICE = 24;

/** What is done this soon is there at once, without a sign of waiting. */
const AT_ONCE = 8;

/** Does the work to its end. `rest` is called between two slices with what was yielded last, and answers whether to go on; null when not. */
export async function inSlices<Step, Result>(
  work: Iterator<Step, Result>,
  rest: (step: Step) => boolean,
): Promise<Result | null> {
  let since = performance.now();
  while (true) {
    const step = work.next();
    if (step.done) return step.value;
    if (performance.now() - since < SLICE) continue;
    await new Promise((done) => setTimeout(done));
    if (!rest(step.value)) return null;
    since = performance.now();
  }
}

/** Does the work to its end without a rest: for what is known to be short. */
export function atOnce<Result>(work: Iterator<unknown, Result>): Result {
  while (true) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

interface Begun<Result> {
  work: Iterator<unknown, Result>;
  result: { value: Result } | null;
}

function begin<Result>(work: Iterator<unknown, Result>): Begun<Result> {
  const since = performance.now();
  while (true) {
    const step = work.next();
    if (step.done) return { work, result: { value: step.value } };
    if (performance.now() - since > AT_ONCE) return { work, result: null };
  }
}

/** The result of work that `make` begins, which is another function for other work; null until it is done. */
export function useSliced<Result>(make: () => Iterator<unknown, Result>): { value: Result } | null {
  const begun = useMemo(() => begin(make()), [make]);
  const [ended, setEnded] = useState<{ of: Begun<Result>; value: Result } | null>(null);
  useEffect(() => {
    if (begun.result) return;
    let wanted = true;
    void inSlices(begun.work, () => wanted).then((value) => {
      if (wanted && value !== null) setEnded({ of: begun, value });
    });
    return () => {
      wanted = false;
    };
  }, [begun]);
  return begun.result ?? (ended?.of === begun ? ended : null);
}
