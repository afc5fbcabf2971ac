import { Label, Radio, RadioGroup } from 'react-aria-components';
import type { Choice } from './Field';
import styles from './primitives.module.css';

/** A few choices that are worth showing all at once. */
export function Segments(props: {
  label: string;
  value: string;
  choices: (Choice & { testId?: string })[];
  onChange: (value: string) => void;
  hideLabel?: boolean;
}) {
  return (
    <RadioGroup
      className={styles.field ?? ''}
      // Null where none is chosen: of a value that no segment has, no segment would be reached by Tab.
      value={props.value === '' ? null : props.value}
      onChange={props.onChange}
      orientation="horizontal"
      {...(props.hideLabel ? { 'aria-label': props.label } : {})}
    >
      {props.hideLabel ? null : <Label className={styles.label ?? ''}>{props.label}</Label>}
      <div>
        <span className={styles.segments}>
          {props.choices.map((choice) => (
            <Radio
              key={choice.id}
              value={choice.id}
              className={styles.segment ?? ''}
              data-testid={choice.testId}
            >
              {choice.label}
            </Radio>
          ))}
        </span>
      </div>
    </RadioGroup>
  );
}
