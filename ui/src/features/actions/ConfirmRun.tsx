import { useState } from 'react';
import { Button } from '../../design/Button';
import { Dialog } from '../../design/Dialog';
import { Field } from '../../design/Field';
import primitives from '../../design/primitives.module.css';
import { plain } from '../../design/text';
import { runForm, confirmText as text } from '../../text/actions';
import { common } from '../../text/common';
import { confirmation } from './guard';
import { PlanView } from './PlanView';
import type { Question } from './useRunner';

/** What a guard asks: a click upon the plan, or the database's tag below it. */
export function ConfirmRun(props: {
  name: string;
  tag: string;
  question: Question;
  /** As `sentByKey` says. */
  sent: Record<string, string[]>;
  onConfirm: (confirm: string) => void;
  onClose: () => void;
}) {
  const { tag, question } = props;
  const { plan, gate } = question;
  const [typed, setTyped] = useState('');
  const confirm = confirmation(gate, tag, typed);
  const { env } = plan.target;
  const typing = gate.kind === 'tag';
  return (
    <Dialog
      title={text.title(plain(props.name), env)}
      lead={!typing ? text.confirmLead : plan.unfiltered ? text.allRowsLead(tag) : text.tagLead(tag)}
      onClose={props.onClose}
      wide
      keepOnOutsideClick
      testId="confirm-run"
    >
      <form
        className={primitives.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (confirm !== null) props.onConfirm(confirm);
        }}
      >
        <div className={primitives.dialogBody}>
          <PlanView plan={plan} sent={props.sent} brief />
          {typing ? (
            <Field
              label={text.tag}
              value={typed}
              onChange={setTyped}
              mono
              autoFocus
              placeholder={tag}
              error={typed === '' || tag.startsWith(typed.trim()) ? undefined : text.mismatch}
              testId="confirm-tag"
            />
          ) : null}
        </div>
        <div className={primitives.dialogFoot}>
          <Button onPress={props.onClose}>{common.cancel}</Button>
          <Button
            look={plan.target.class === 'production' ? 'danger' : 'primary'}
            type="submit"
            autoFocus={!typing}
            isDisabled={confirm === null}
            data-testid="confirm-submit"
          >
            {runForm.runIn(env)}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
