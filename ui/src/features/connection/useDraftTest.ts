import { useEffect, useRef, useState } from 'react';
import type { DraftTestRequest } from '../../bindings/DraftTestRequest';
import type { TestResult } from '../../bindings/TestResult';
import { type AppError, asAppError, platform } from '../../platform';
import { wentOn } from '../../platform/asking';
import { newRunId } from '../matrix/testRuns';

export interface DraftTest {
  /** The stage of a running one. */
  stage: string | null;
  result: TestResult | null;
  error: AppError | null;
  start: (request: Omit<DraftTestRequest, 'run_id'>) => Promise<void>;
  cancel: () => void;
  clear: () => void;
}

/** A test of what is typed, before it is saved. Leaving the cell cancels it. */
export function useDraftTest(): DraftTest {
  const run = useRef<string | null>(null);
  const [state, setState] = useState<Pick<DraftTest, 'stage' | 'result' | 'error'>>({
    stage: null,
    result: null,
    error: null,
  });

  const cancel = () => {
    if (run.current !== null) void platform.testCancel(run.current, null).catch(() => undefined);
  };
  useEffect(
    () => () => {
      if (run.current !== null) void platform.testCancel(run.current, null).catch(() => undefined);
      run.current = null;
    },
    [],
  );

  const start = async (request: Omit<DraftTestRequest, 'run_id'>): Promise<void> => {
    cancel();
    const runId = newRunId();
    run.current = runId;
    setState({ stage: 'parse', result: null, error: null });
    try {
      const attempt = () =>
        platform.testDraft({ ...request, run_id: runId }, (event) => {
          if (run.current === runId && event.kind === 'stage')
            setState({ stage: event.stage, result: null, error: null });
        });
      let result = await attempt();
      // The form above keeps what was typed here; a test that was given up meanwhile is not made again.
      if (result.error && (await wentOn(result.error)) && run.current === runId) result = await attempt();
      if (run.current === runId) setState({ stage: null, result, error: null });
    } catch (thrown) {
      if (run.current === runId) setState({ stage: null, result: null, error: asAppError(thrown) });
    } finally {
      if (run.current === runId) run.current = null;
    }
  };
  return { ...state, start, cancel, clear: () => setState({ stage: null, result: null, error: null }) };
}
