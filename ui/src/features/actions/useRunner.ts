import { useState } from 'react';
import type { ActionPlan } from '../../bindings/ActionPlan';
import type { ActionView } from '../../bindings/ActionView';
import { plain } from '../../design/text';
import { asAppError, faultsOf, platform } from '../../platform';
import { errorText } from '../../text/errors';
import { type Gate, gateOf } from './guard';
import { faultsByInput, inputText, keyOf, remember, sentByKey, type Value, type Values } from './inputs';
import { runOf, startRun } from './runs';
import { useRemembered } from './useHistory';

/** What a guard asks before a run goes on. */
export interface Question {
  plan: ActionPlan;
  gate: Gate;
  json: string;
}

interface Typed {
  /** Which action and environment it is of. */
  of: string;
  values: Values;
  faults: Readonly<Record<string, string>>;
  /** A refusal that is about no one input. */
  refusal: string | null;
}

export interface Runner {
  values: Values;
  faults: Readonly<Record<string, string>>;
  refusal: string | null;
  /** The inputs as they would be sent; null while one of them can't be. */
  json: string | null;
  /** The values as they are sent, by key, without secrets. */
  sent: Record<string, string[]>;
  question: Question | null;
  retries: number;
  setRetries: (retries: number) => void;
  set: (key: string, value: Value) => void;
  /** Checks, plans, asks where a guard wants it, and runs. */
  press: () => Promise<void>;
  answer: (confirm: string) => Promise<void>;
  drop: () => void;
  /** Puts other values into the form. */
  fill: (values: Values) => void;
  /** The inputs as they would be sent; null, and the faults are shown, where one of them can't be. */
  complete: () => string | null;
  /** Shows why the core refused: at the inputs, where it is about them. */
  refuse: (thrown: unknown) => void;
}

export function focusInput(key: string): void {
  requestAnimationFrame(() =>
    document
      .querySelector<HTMLElement>(`[data-input="${CSS.escape(key)}"] :is(input, textarea, button)`)
      ?.focus(),
  );
}

/** The form of one action in one environment, and its way through the guards. Secrets stay here, and go when it is left. */
export function useRunner(view: ActionView, slug: string): Runner {
  const of = `${view.id}@${slug}`;
  const { inputs } = view.check;
  const remembered = useRemembered(view, slug);
  const [stored, setTyped] = useState<Typed | null>(null);
  // Elsewhere now: what is not remembered is forgotten.
  if (stored !== null && stored.of !== of) setTyped(null);
  const [question, setQuestion] = useState<(Question & { of: string }) | null>(null);
  const [retries, setRetries] = useState(0);
  const typed: Typed = stored?.of === of ? stored : { of, values: remembered, faults: {}, refusal: null };
  const { values } = typed;
  const written = inputText(inputs, values);
  const broken = Object.keys(written.faults).length > 0;

  const refuse = (faults: Record<string, string>, refusal: string | null) => {
    setTyped({ ...typed, faults, refusal });
    const first = inputs.find((input) => faults[keyOf(input)] !== undefined);
    if (first) focusInput(keyOf(first));
  };
  const refuseThrown = (thrown: unknown) => {
    const faults = faultsOf(thrown);
    if (faults.length === 0) return refuse({}, errorText(asAppError(thrown)));
    const { byInput, rest } = faultsByInput(
      inputs,
      faults.map(({ field, message }) => ({ field, message: plain(message) })),
    );
    refuse(byInput, rest.length > 0 ? rest.join(' ') : null);
  };
  const run = async (json: string, confirm?: string) => {
    setTyped({ ...typed, faults: {}, refusal: null });
    await startRun({ actionId: view.id, slug, json, confirm, retries });
    const error = runOf(view.id)?.error;
    if (error?.code === 'validation') refuseThrown(error);
  };

  return {
    values,
    faults: typed.faults,
    refusal: typed.refusal,
    json: broken ? null : written.json,
    sent: sentByKey(inputs, values),
    question: question?.of === of ? question : null,
    retries,
    setRetries,
    set(key, value) {
      const next = { ...values, [key]: value };
      const { [key]: _mended, ...faults } = typed.faults;
      setTyped({ of, values: next, faults, refusal: null });
      remember(view.id, slug, inputs, next);
    },
    async press() {
      if (runOf(view.id)?.phase === 'running') return;
      if (broken) return refuse(written.faults, null);
      try {
        const plan = await platform.actionPlan(view.id, slug, { json: written.json });
        const gate = gateOf(plan);
        if (gate.kind === 'refused') refuse({}, plain(gate.message));
        else if (gate.kind === 'run') await run(written.json);
        else setQuestion({ of, plan, gate, json: written.json });
      } catch (thrown) {
        refuseThrown(thrown);
      }
    },
    async answer(confirm) {
      if (!question) return;
      setQuestion(null);
      await run(question.json, confirm);
    },
    drop: () => setQuestion(null),
    fill(next) {
      setTyped({ of, values: next, faults: {}, refusal: null });
      remember(view.id, slug, inputs, next);
    },
    complete() {
      if (broken) refuse(written.faults, null);
      return broken ? null : written.json;
    },
    refuse: refuseThrown,
  };
}
