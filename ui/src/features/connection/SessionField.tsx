import { useId } from 'react';
import { Field } from '../../design/Field';
import primitives from '../../design/primitives.module.css';
import { classes } from '../../design/text';
import type { EditorSession } from './session';
import { useSessionField } from './useSessionField';

/** A text field over one part of the string. */
export function SessionField(props: {
  session: EditorSession;
  label: string;
  shown: string;
  write: (value: string) => Promise<void>;
  fault?: (value: string) => string | null;
  /** What the engine says of this part of the string. */
  error?: string | undefined;
  help?: string | undefined;
  placeholder?: string;
  hideLabel?: boolean;
  type?: 'text' | 'password';
  isDisabled?: boolean;
  describedBy?: string | undefined;
  testId: string;
}) {
  const { session, shown, write, fault, error, type, help, describedBy, ...rest } = props;
  const note = useId();
  const field = useSessionField({ session, shown, write, ...(fault ? { fault } : {}) });
  return (
    <div data-undo={field.undo} className={primitives.field}>
      <Field
        {...rest}
        describedBy={classes(describedBy, help !== undefined && note) || undefined}
        mono
        {...(type ? { type } : {})}
        value={field.value}
        onChange={field.onChange}
        onBlur={field.onBlur}
        onKeyDown={(event) => {
          if (event.key === 'Enter') field.retry();
          else event.continuePropagation();
        }}
        error={field.error ?? error}
      />
      {help === undefined ? null : (
        <span id={note} className={primitives.help}>
          {help}
        </span>
      )}
    </div>
  );
}
