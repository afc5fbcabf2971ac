import { useState } from 'react';
import { announce } from '../../app/changes';
import { Button } from '../../design/Button';
import { Dialog, DialogForm } from '../../design/Dialog';
import { Field } from '../../design/Field';
import { useSubmit } from '../../design/forms';
import { Notice } from '../../design/Layout';
import { platform } from '../../platform';
import { common } from '../../text/common';
import { secrets as text } from '../../text/secrets';
import styles from '../products/Environments.module.css';

export function SecretDialog({ name: given, onClose }: { name: string | null; onClose: () => void }) {
  const [name, setName] = useState(given ?? '');
  const [value, setValue] = useState('');
  const { submit, faults, general, busy, form, setFaults } = useSubmit();
  const send = () => {
    if (value === '') return setFaults({ value: text.valueRequired });
    return void submit(async () => {
      await platform.secretSet(name, value);
      onClose();
      await announce(text.saved(name), null);
    });
  };
  return (
    <Dialog title={given === null ? text.create : text.set} onClose={onClose} keepOnOutsideClick>
      <DialogForm
        onSubmit={send}
        actions={
          <>
            <Button onPress={onClose}>{common.cancel}</Button>
            <Button look="primary" type="submit" isDisabled={busy} data-testid="save">
              {common.save}
            </Button>
          </>
        }
      >
        <div ref={form} className={styles.rows}>
          {general ? (
            <Notice tone="error" role="alert">
              {general}
            </Notice>
          ) : null}
          <Field
            label={text.name}
            value={name}
            onChange={setName}
            error={faults.name}
            path="name"
            testId="secret-name"
            mono
            help={text.nameHelp}
            isDisabled={given !== null}
            autoFocus={given === null}
          />
          <Field
            label={text.value}
            value={value}
            onChange={setValue}
            error={faults.value}
            path="value"
            testId="secret-value"
            type="password"
            mono
            help={text.valueHelp}
            autoFocus={given !== null}
          />
        </div>
      </DialogForm>
    </Dialog>
  );
}
