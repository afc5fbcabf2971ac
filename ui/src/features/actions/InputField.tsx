import { Button as AriaButton, ToggleButton } from 'react-aria-components';
import type { ActionInput } from '../../bindings/ActionInput';
import { ErrorText, Field, Select } from '../../design/Field';
import primitives from '../../design/primitives.module.css';
import { Segments } from '../../design/Segments';
import { plain } from '../../design/text';
import { runForm as text } from '../../text/actions';
import { controlOf, keyOf, nowAs, stepped, type Value } from './inputs';
import styles from './run.module.css';

interface Props {
  input: ActionInput;
  value: Value;
  fault: string | undefined;
  onChange: (value: Value) => void;
}

const EXAMPLES: Record<string, string> = {
  DATE: text.dateFormat,
  DATE_STRING: text.dateFormat,
  DATETIME: text.dateTimeFormat,
  ARRAY: '["a", "b"]',
  OBJECT: '{ "key": "value" }',
  JSON: '{ "key": "value" }',
};

/** One input of a run with the control of its type. */
export function InputField({ input, value, fault, onChange }: Props) {
  const control = controlOf(input);
  const dated = control === 'date' || control === 'datetime';
  const wide = control === 'json';
  return (
    <div
      className={styles.input}
      data-input={keyOf(input)}
      data-wide={wide || undefined}
      data-left={value.left || undefined}
      data-tools={dated || input.optional || input.side === 'filter' || undefined}
      title={plain(input.key)}
    >
      <Control input={input} value={value} fault={fault} onChange={onChange} />
      <span className={styles.inputTools}>
        {input.side === 'filter' ? <span className={styles.side}>{text.filterSide}</span> : null}
        {dated ? (
          <AriaButton
            className={styles.tool ?? ''}
            onPress={() => onChange({ text: nowAs(control), left: false })}
            data-testid={`now-${input.key}`}
          >
            {control === 'date' ? text.today : text.now}
          </AriaButton>
        ) : null}
        {input.optional ? (
          <ToggleButton
            className={styles.tool ?? ''}
            aria-label={text.leaveOutHelp(input.key)}
            isSelected={value.left}
            onChange={(left) => onChange({ ...value, left })}
            data-testid={`null-${input.key}`}
          >
            {text.leaveOut}
          </ToggleButton>
        ) : null}
      </span>
    </div>
  );
}

function Control({ input, value, fault, onChange }: Props) {
  const control = controlOf(input);
  const label = plain(input.key);
  const testId = `input-${input.key}`;
  const help = plain(input.unique ? `${input.expected}. ${text.unique}` : input.expected);
  const shown = value.left ? '' : value.text;
  const put = (next: string) => onChange({ text: next, left: false });
  if (control === 'choice')
    return (
      <Select
        label={label}
        value={value.left || value.text === '' ? null : value.text}
        choices={input.choices.map((choice) => ({ id: choice, label: plain(choice) }))}
        onChange={put}
        error={fault}
        testId={testId}
        {...(value.left ? { placeholder: text.leaveOut } : {})}
      />
    );
  if (control === 'boolean')
    return (
      <div className={primitives.field} data-testid={testId}>
        <Segments
          label={label}
          value={shown}
          choices={[
            { id: 'true', label: text.yes, testId: `${testId}-true` },
            { id: 'false', label: text.no, testId: `${testId}-false` },
          ]}
          onChange={put}
        />
        {fault === undefined ? null : <ErrorText>{fault}</ErrorText>}
      </div>
    );
  const dated = control === 'date' || control === 'datetime';
  return (
    <Field
      label={label}
      value={shown}
      onChange={put}
      error={fault}
      help={help}
      placeholder={value.left ? text.leaveOut : (EXAMPLES[input.type] ?? '')}
      mono={control !== 'text' || input.type === 'UUID' || input.type === 'OBJECT_ID'}
      testId={testId}
      {...(control === 'secret' ? { type: 'password' as const } : {})}
      {...(control === 'json' ? { lines: 3 } : {})}
      {...(dated
        ? {
            onKeyDown: (event) => {
              const days = { ArrowUp: 1, ArrowDown: -1 }[event.key];
              const next = days === undefined ? null : stepped(shown, days);
              if (next === null) return event.continuePropagation();
              event.preventDefault();
              put(next);
            },
          }
        : {})}
    />
  );
}
