import { useRef, useState, useSyncExternalStore } from 'react';
import { asAppError } from '../../platform';
import { form as text } from '../../text/connection';
import { errorText } from '../../text/errors';
import type { EditorSession } from './session';

interface Draft {
  value: string;
  /** The session's `turns` when it was typed: an undo since then makes it out of date. */
  turns: number;
  /** Why it is not in the string. It is kept until it is, or until it is changed. */
  refusal: string | null;
  /** The string that could not be read with it, when the field was left: until that changes, what was typed stays. */
  left: string | null;
}

export interface SessionField {
  value: string;
  error: string | undefined;
  /** `session` while the field shows what the session says, so that Ctrl Z is the session's; else `own`. */
  undo: 'session' | 'own';
  onChange: (value: string) => void;
  onBlur: () => void;
  /** Writes what was refused once more. */
  retry: () => void;
}

/**
 * A field that writes to the string as it is typed in. While it is typed in it shows what was typed; left alone, it
 * shows what the string says. What is refused stays, with the reason.
 */
export function useSessionField(options: {
  session: EditorSession;
  shown: string;
  write: (value: string) => Promise<void>;
  /** What is wrong with a value by itself. It is written all the same: what it does is the engine's to say. */
  fault?: (value: string) => string | null;
}): SessionField {
  const { session, shown, write, fault } = options;
  const { turns, inspection, text: string } = useSyncExternalStore(session.subscribe, session.get);
  const [draft, setDraft] = useState<Draft | null>(null);
  const latest = useRef(0);
  const current = draft?.turns === turns && (draft.left === null || draft.left === string);
  const live = draft && (draft.refusal !== null || current) ? draft : null;

  const settle = (call: number, value: string, refusal: string | null) => {
    if (latest.current === call) setDraft({ value, turns: session.get().turns, refusal, left: null });
  };
  const onChange = (value: string) => {
    latest.current += 1;
    const call = latest.current;
    settle(call, value, null);
    write(value).catch((thrown) => settle(call, value, text.refused(errorText(asAppError(thrown)))));
  };
  const onBlur = () => {
    const call = latest.current;
    void session.settled().then(() => {
      session.endStep();
      const { inspection: read, text: left } = session.get();
      const unreadable = read?.valid === false;
      if (latest.current === call)
        setDraft((now) => (now?.refusal == null && !unreadable ? null : now && { ...now, left }));
    });
  };
  const refusal = live?.refusal ?? null;
  const value = live?.value ?? shown;
  // The string was at fault and is mended: what was typed is not forced on it unasked.
  const mended = refusal !== null && inspection?.valid === true;
  return {
    value,
    error: mended ? text.retry : (refusal ?? fault?.(value) ?? undefined),
    undo: refusal === null ? 'session' : 'own',
    onChange,
    onBlur,
    retry: () => {
      if (refusal !== null) onChange(value);
    },
  };
}
