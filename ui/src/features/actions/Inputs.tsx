import type { ActionInput } from '../../bindings/ActionInput';
import { Notice } from '../../design/Layout';
import primitives from '../../design/primitives.module.css';
import { runForm as text } from '../../text/actions';
import { InputField } from './InputField';
import { keyOf, typedValue } from './inputs';
import styles from './run.module.css';
import type { Runner } from './useRunner';

/** The form of a run: a control for each input, and above them what is about no one of them. */
export function Inputs({ inputs, runner }: { inputs: ActionInput[]; runner: Runner }) {
  return (
    <>
      {runner.refusal === null ? null : (
        <Notice tone="error" role="alert">
          <span data-testid="run-refusal">{runner.refusal}</span>
        </Notice>
      )}
      {inputs.length === 0 ? (
        <p className={primitives.faint}>{text.noInputs}</p>
      ) : (
        <fieldset className={styles.inputs} aria-label={text.inputs}>
          {inputs.map((input) => (
            <InputField
              key={keyOf(input)}
              input={input}
              value={typedValue(runner.values, input)}
              fault={runner.faults[keyOf(input)]}
              onChange={(value) => runner.set(keyOf(input), value)}
            />
          ))}
        </fieldset>
      )}
    </>
  );
}
