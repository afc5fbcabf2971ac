import { useState } from 'react';
import { Label, Radio, RadioGroup } from 'react-aria-components';
import type { SecretPlace } from '../../bindings/SecretPlace';
import type { SecretPlaceOld } from '../../bindings/SecretPlaceOld';
import type { SecretPlaceStatus } from '../../bindings/SecretPlaceStatus';
import { Dialog } from '../../design/Dialog';
import { Form } from '../../design/FormDialog';
import { useSubmit } from '../../design/forms';
import { Notice, useSlow, Waiting } from '../../design/Layout';
import primitives from '../../design/primitives.module.css';
import { Segments } from '../../design/Segments';
import { say } from '../../design/toasts';
import { asAppError, platform } from '../../platform';
import { common } from '../../text/common';
import { errorText } from '../../text/errors';
import { secretPlace as text } from '../../text/secretPlace';
import { refreshSecrets, useSecretPlace } from './place';
import styles from './places.module.css';
import { NewPassphrase, PassphraseField } from './VaultDialogs';

const PLACES: SecretPlace[] = ['keyring', 'vault', 'ask'];

/** To nowhere nothing can be moved. */
function oldsFor(place: SecretPlace): SecretPlaceOld[] {
  return place === 'ask' ? ['leave', 'remove'] : ['move', 'leave'];
}

/** Chooses where passwords are kept. Nothing is chosen by itself. */
export function PlaceDialog({ onClose }: { onClose: () => void }) {
  const { data, error } = useSecretPlace();
  return (
    <Dialog title={text.chooseTitle} onClose={onClose} keepOnOutsideClick>
      {data ? (
        <PlaceForm status={data} onClose={onClose} />
      ) : error ? (
        <Notice tone="error">{errorText(asAppError(error))}</Notice>
      ) : (
        <Waiting label={common.loading} />
      )}
    </Dialog>
  );
}

function PlaceForm({ status, onClose }: { status: SecretPlaceStatus; onClose: () => void }) {
  const others = PLACES.filter((place) => place !== status.place);
  const [place, setPlace] = useState<SecretPlace>(others[0] ?? 'vault');
  const [old, setOld] = useState<SecretPlaceOld | null>(null);
  const [passphrase, setPassphrase] = useState('');
  const [again, setAgain] = useState('');
  const sending = useSubmit();
  const slow = useSlow(sending.busy);
  const { faults } = sending;
  const isNew = place === 'vault' && !status.vault_exists;
  // A place that can't be read now can't be moved from: what is offered first is what can be done.
  const usual: SecretPlaceOld =
    place === 'ask' || (status.state === 'unavailable' && status.place === 'keyring') ? 'leave' : 'move';
  const chosenOld = old !== null && oldsFor(place).includes(old) ? old : usual;
  const send = () => {
    if (isNew && passphrase !== again) return sending.setFaults({ again: text.differs });
    return void sending.submit(async () => {
      const done = await platform.secretPlaceChoose({
        place,
        old: chosenOld,
        ...(place === 'vault' ? { passphrase } : {}),
      });
      onClose();
      say({ text: text.chosen(done.place, done.moved) });
      await refreshSecrets();
    });
  };
  return (
    <Form
      sending={sending}
      onSubmit={send}
      onCancel={onClose}
      action={slow ? text.moving : text.choose}
      actionId="place-choose"
    >
      <RadioGroup
        className={styles.places ?? ''}
        value={place}
        onChange={(value) => setPlace(value as SecretPlace)}
        aria-label={text.place}
      >
        {others.map((each) => (
          <Radio key={each} value={each} className={styles.place ?? ''} data-testid={`place-${each}`}>
            <span className={styles.dot} />
            <span>
              <Label>{text.places[each]}</Label>
              <span className={primitives.help}>{text.explained[each]}</span>
            </span>
          </Radio>
        ))}
      </RadioGroup>
      {place === 'vault' && isNew ? (
        <NewPassphrase
          label={text.passphrase}
          value={passphrase}
          onChange={setPassphrase}
          again={again}
          onAgain={setAgain}
          faults={faults}
        />
      ) : null}
      {place === 'vault' && !isNew ? (
        <PassphraseField
          label={text.passphrase}
          value={passphrase}
          onChange={setPassphrase}
          path="passphrase"
          error={faults.passphrase}
          help={text.passphraseOfFile}
        />
      ) : null}
      <div className={styles.old}>
        <Segments
          label={text.old}
          value={chosenOld}
          choices={oldsFor(place).map((id) => ({ id, label: text.olds[id], testId: `old-${id}` }))}
          onChange={(value) => setOld(value as SecretPlaceOld)}
        />
        <p className={primitives.help}>{text.oldHelp[chosenOld]}</p>
      </div>
    </Form>
  );
}
