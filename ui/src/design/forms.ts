import { type RefObject, useEffect, useRef, useState } from 'react';
import type { AppError, Conflict, Fault } from '../platform';
import { asAppError, conflictOf, faultsOf } from '../platform/errors';
import { errorText } from '../text/errors';
import { plain } from './text';

/** The first fault of each field. */
export function faultsByField(faults: Fault[]): Record<string, string> {
  const byField: Record<string, string> = {};
  for (const fault of faults) byField[fault.field] ??= plain(fault.message);
  return byField;
}

export interface FormState {
  busy: boolean;
  faults: Record<string, string>;
  /** A refusal that belongs to no field shown here. */
  general: string | null;
  conflict: Conflict | null;
}

export interface SubmitForm extends FormState {
  form: RefObject<HTMLDivElement | null>;
  submit: (send: () => Promise<void>) => Promise<void>;
  setFaults: (faults: Record<string, string>) => void;
  dropConflict: () => void;
}

const CLEAN: FormState = { busy: false, faults: {}, general: null, conflict: null };

/**
 * Sends a form: faults go beside their fields (by `data-path`), focus goes to the first of them, a conflict is
 * kept for its dialog, and whatever belongs to no field is said above the buttons.
 */
export function useSubmit(): SubmitForm {
  const form = useRef<HTMLDivElement | null>(null);
  const [state, setState] = useState<FormState>(CLEAN);
  const { faults } = state;

  useEffect(() => {
    if (Object.keys(faults).length === 0) return;
    const fields = form.current?.querySelectorAll<HTMLElement>('[data-path]') ?? [];
    for (const field of fields) {
      if (faults[field.dataset.path ?? ''] !== undefined) {
        field.focus();
        return;
      }
    }
  }, [faults]);

  const submit = async (send: () => Promise<void>): Promise<void> => {
    setState({ ...CLEAN, busy: true });
    try {
      await send();
      setState(CLEAN);
    } catch (thrown) {
      setState(refusal(thrown, form.current));
    }
  };
  return {
    ...state,
    form,
    submit,
    setFaults: (next) => setState({ ...CLEAN, faults: next }),
    dropConflict: () => setState((previous) => ({ ...previous, conflict: null })),
  };
}

function refusal(thrown: unknown, form: HTMLElement | null): FormState {
  const error: AppError = asAppError(thrown);
  const faults = faultsOf(thrown);
  const shown = new Set(
    [...(form?.querySelectorAll<HTMLElement>('[data-path]') ?? [])].map((field) => field.dataset.path),
  );
  const homeless = faults.filter((fault) => !shown.has(fault.field));
  const conflict = conflictOf(thrown);
  let general: string | null = null;
  if (conflict === null) {
    if (faults.length === 0) general = errorText(error);
    else if (homeless.length > 0)
      general = homeless.map((fault) => `${fault.field}: ${plain(fault.message)}`).join(' ');
  }
  return { busy: false, faults: faultsByField(faults), general, conflict };
}
