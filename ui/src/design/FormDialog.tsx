import type { ReactNode } from 'react';
import { common } from '../text/common';
import { Button } from './Button';
import { Dialog, type DialogProps } from './Dialog';
import type { SubmitForm } from './forms';
import { Notice } from './Layout';
import styles from './primitives.module.css';

interface FormProps {
  /** What `useSubmit` answers, for a form that can be refused. */
  sending?: Pick<SubmitForm, 'form' | 'general' | 'busy'>;
  onSubmit: () => void;
  /** Says what the form does, on its button. */
  action: string;
  /** Test id of that button. */
  actionId?: string;
  /** It can't be sent as it is. */
  isBlocked?: boolean;
  /** Can't be undone: it looks so, and Cancel has the focus. */
  danger?: boolean;
  /** Stands beside the buttons. */
  note?: ReactNode;
  /** Space between the fields, as the token's number; 4 unless told. */
  gap?: 2 | 3;
  children: ReactNode;
}

/** A form whose fields scroll and whose buttons stay. What was refused of no one field stands above them all. */
export function Form(props: FormProps & { onCancel?: (() => void) | undefined }) {
  const { sending, danger = false } = props;
  return (
    <form
      className={styles.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        props.onSubmit();
      }}
    >
      <div className={styles.dialogBody}>
        <div ref={sending?.form} className={styles.fields} data-gap={props.gap}>
          {sending?.general ? (
            <Notice tone="error" role="alert">
              {sending.general}
            </Notice>
          ) : null}
          {props.children}
        </div>
      </div>
      <div className={styles.dialogFoot}>
        {props.note}
        {props.onCancel ? (
          <Button onPress={props.onCancel} autoFocus={danger}>
            {common.cancel}
          </Button>
        ) : null}
        <Button
          look={danger ? 'danger' : 'primary'}
          type="submit"
          isDisabled={sending?.busy === true || props.isBlocked === true}
          data-testid={props.actionId ?? 'save'}
        >
          {props.action}
        </Button>
      </div>
    </form>
  );
}

/** A dialog that is one form: Escape and Cancel leave it. */
export function FormDialog(props: FormProps & DialogProps) {
  return (
    <Dialog {...props}>
      <Form {...props} onCancel={props.onClose} />
    </Dialog>
  );
}
