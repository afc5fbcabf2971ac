import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { keys, useProductId } from '../../app/queries';
import type { SecretToEnter } from '../../bindings/SecretToEnter';
import { Dialog } from '../../design/Dialog';
import { Field } from '../../design/Field';
import { Form } from '../../design/FormDialog';
import { useSubmit } from '../../design/forms';
import { ClassBadge, Notice, Waiting } from '../../design/Layout';
import { plain } from '../../design/text';
import { say } from '../../design/toasts';
import { asAppError, platform } from '../../platform';
import { common } from '../../text/common';
import { errorText } from '../../text/errors';
import { secretPlace as text } from '../../text/secretPlace';
import { refreshSecrets } from './place';
import styles from './places.module.css';

/** Every password that this machine lacks, in one form. `then` is called in the place of `onClose` once it is sent. */
export function EnterDialog({ onClose, then }: { onClose: () => void; then?: (() => void) | undefined }) {
  const productId = useProductId();
  const { data, error } = useQuery({
    queryKey: keys.secretsToEnter,
    queryFn: () => platform.secretsToEnter(productId),
    staleTime: 0,
    gcTime: 0,
  });
  return (
    <Dialog title={text.enterTitle} lead={text.enterLead} onClose={onClose} keepOnOutsideClick>
      {data ? (
        <EnterForm secrets={data.secrets} onClose={onClose} then={then} />
      ) : error ? (
        <Notice tone="error">{errorText(asAppError(error))}</Notice>
      ) : (
        <Waiting label={common.loading} />
      )}
    </Dialog>
  );
}

/** The list stays as it was when the form opened, less what is kept: nothing moves under the hands that type. */
function EnterForm(props: { secrets: SecretToEnter[]; onClose: () => void; then: (() => void) | undefined }) {
  const [left, setLeft] = useState(props.secrets);
  const [typed, setTyped] = useState<Record<string, string>>({});
  const sending = useSubmit();
  const { faults } = sending;
  const send = () => {
    const entered = left
      .map(({ key }) => ({ key, value: typed[key] ?? '' }))
      .filter(({ value }) => value !== '');
    return void sending.submit(async () => {
      const outcomes = entered.length === 0 ? [] : await platform.secretsEnter(entered);
      const failed = outcomes.filter(({ error }) => error !== null);
      const kept = new Set(outcomes.filter(({ error }) => error === null).map(({ key }) => key));
      await refreshSecrets();
      if (failed.length > 0) {
        setLeft(left.filter(({ key }) => !kept.has(key)));
        throw {
          code: 'validation',
          message: text.failed(failed.length),
          retryable: true,
          detail: {
            faults: failed.map(({ key, error }) => ({
              field: key,
              code: error?.code ?? '',
              message: error?.message ?? '',
            })),
          },
        };
      }
      if (kept.size > 0) say({ text: text.entered(kept.size) });
      (props.then ?? props.onClose)();
    });
  };
  return (
    <Form
      sending={sending}
      onSubmit={send}
      onCancel={props.onClose}
      action={props.then ? text.enterOn : text.enterSubmit}
      actionId="secrets-enter"
      gap={3}
    >
      {left.length === 0 ? <p>{text.enterNothing}</p> : null}
      {Object.keys(faults).length > 0 ? (
        <Notice tone="error" role="alert">
          {text.failed(Object.keys(faults).length)}
        </Notice>
      ) : null}
      {left.map((secret, index) => (
        <div key={secret.key} className={styles.secret}>
          <Field
            label={plain(labelOf(secret))}
            type="password"
            mono
            value={typed[secret.key] ?? ''}
            onChange={(value) => setTyped((before) => ({ ...before, [secret.key]: value }))}
            error={faults[secret.key]}
            help={secret.used_by.length > 0 ? text.usedBy(plain(secret.used_by.join(', '))) : undefined}
            path={secret.key}
            testId={`enter-${index}`}
            autoFocus={index === 0}
          />
          {secret.class === null ? null : (
            <span className={styles.class}>
              <ClassBadge of={secret.class} />
            </span>
          )}
        </div>
      ))}
    </Form>
  );
}

function labelOf(secret: SecretToEnter): string {
  return secret.cell === null ? text.named(secret.name) : `${secret.cell} ${secret.name}`;
}
