import { useState } from 'react';
import { Field } from '../../design/Field';
import { FormDialog } from '../../design/FormDialog';
import { useSubmit } from '../../design/forms';
import primitives from '../../design/primitives.module.css';
import { say } from '../../design/toasts';
import { asAppError, platform } from '../../platform';
import { errorText } from '../../text/errors';
import { secretPlace as text } from '../../text/secretPlace';
import { refreshSecrets } from './place';

/** A field for a passphrase, with its fault beside it. */
export function PassphraseField(props: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  path: string;
  error: string | undefined;
  help?: string;
  autoFocus?: boolean;
}) {
  return <Field {...props} type="password" testId={props.path} />;
}

/** A new passphrase, typed twice. */
export function NewPassphrase(props: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  again: string;
  onAgain: (value: string) => void;
  faults: Record<string, string>;
}) {
  const { faults, again, onAgain, ...first } = props;
  return (
    <>
      <PassphraseField {...first} path="passphrase" error={faults.passphrase} help={text.passphraseHelp} />
      <PassphraseField
        label={text.passphraseAgain}
        value={again}
        onChange={onAgain}
        path="again"
        error={faults.again}
      />
    </>
  );
}

/** A wrong passphrase is a fault of its field, not of the form. */
async function besideField<T>(field: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (thrown) {
    const error = asAppError(thrown);
    if (error.code !== 'vault_passphrase_wrong') throw thrown;
    const fault = { field, code: error.code, message: errorText(error) };
    throw { ...error, code: 'validation', detail: { faults: [fault] } };
  }
}

/** Unlocks the vault file; `then` is called in the place of `onClose` once it is. */
export function UnlockDialog({ onClose, then }: { onClose: () => void; then?: (() => void) | undefined }) {
  const [passphrase, setPassphrase] = useState('');
  const sending = useSubmit();
  const send = () =>
    void sending.submit(async () => {
      await besideField('passphrase', () => platform.vaultUnlock(passphrase));
      say({ text: text.unlocked });
      await refreshSecrets();
      (then ?? onClose)();
    });
  return (
    <FormDialog
      title={text.unlockTitle}
      onClose={onClose}
      sending={sending}
      onSubmit={send}
      action={text.unlock}
      actionId="vault-unlock"
      gap={3}
    >
      <PassphraseField
        label={text.passphrase}
        value={passphrase}
        onChange={setPassphrase}
        path="passphrase"
        error={sending.faults.passphrase}
        autoFocus
      />
      <p className={primitives.help}>{text.forgotten}</p>
    </FormDialog>
  );
}

export function VaultPassphraseDialog({ onClose }: { onClose: () => void }) {
  const [old, setOld] = useState('');
  const [passphrase, setPassphrase] = useState('');
  const [again, setAgain] = useState('');
  const sending = useSubmit();
  const { faults } = sending;
  const send = () => {
    if (passphrase !== again) return sending.setFaults({ again: text.differs });
    return void sending.submit(async () => {
      await besideField('old', () => platform.vaultPassphraseChange(old, passphrase));
      onClose();
      say({ text: text.changed });
      await refreshSecrets();
    });
  };
  return (
    <FormDialog
      title={text.changeTitle}
      onClose={onClose}
      keepOnOutsideClick
      sending={sending}
      onSubmit={send}
      action={text.changeSubmit}
      gap={3}
    >
      <PassphraseField
        label={text.passphrase}
        value={old}
        onChange={setOld}
        path="old"
        error={faults.old}
        autoFocus
      />
      <NewPassphrase
        label={text.newPassphrase}
        value={passphrase}
        onChange={setPassphrase}
        again={again}
        onAgain={setAgain}
        faults={faults}
      />
    </FormDialog>
  );
}
