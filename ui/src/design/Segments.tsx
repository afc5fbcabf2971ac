import { useId } from 'react';
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
  const name = useId();
  return (
    <div
      className={styles.field}
      role="radiogroup"
      {...(props.hideLabel ? { 'aria-label': props.label } : { 'aria-labelledby': `${name}-label` })}
    >
      {props.hideLabel ? null : (
        <span id={`${name}-label`} className={styles.label}>
          {props.label}
        </span>
      )}
      <div>
        <span className={styles.segments}>
          {props.choices.map((choice) => (
            <label
              key={choice.id}
              className={styles.segment}
              data-selected={choice.id === props.value || undefined}
              data-testid={choice.testId}
            >
              <input
                className="visually-hidden"
                type="radio"
                name={name}
                value={choice.id}
                checked={choice.id === props.value}
                onChange={() => props.onChange(choice.id)}
              />
              {choice.label}
            </label>
          ))}
        </span>
      </div>
    </div>
  );
}
