import { useState } from 'react';
import type { MigrationExceptions } from '../../bindings/MigrationExceptions';
import type { MigrationPlan } from '../../bindings/MigrationPlan';
import { Button } from '../../design/Button';
import { Dialog } from '../../design/Dialog';
import { Field } from '../../design/Field';
import primitives from '../../design/primitives.module.css';
import { common } from '../../text/common';
import { confirmText as text } from '../../text/migrationRuns';
import { confirmation } from './guard';
import { PlanView } from './PlanView';

/** What a guard asks: a click upon the plan, or the database’s tag below it. */
export function ConfirmMigration(props: {
  what: string;
  tag: string;
  plan: MigrationPlan;
  sql: boolean;
  nothing: string;
  exceptions: MigrationExceptions;
  onConfirm: (confirm: string) => void;
  onClose: () => void;
}) {
  const { plan, tag } = props;
  const [typed, setTyped] = useState('');
  const typing = plan.guard === 'tag';
  const confirm = confirmation(plan.guard, tag, typed);
  return (
    <Dialog
      title={text.title(props.what)}
      lead={typing ? text.tagLead(tag) : text.lead}
      onClose={props.onClose}
      wide
      keepOnOutsideClick
      testId="confirm-migration"
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
          <PlanView plan={plan} sql={props.sql} nothing={props.nothing} exceptions={props.exceptions} />
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
            {props.what}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
