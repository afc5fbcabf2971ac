import { Lock, LockOpen } from 'lucide-react';
import { attempt } from '../../app/changes';
import { openDialog } from '../../app/navigation';
import type { SecretPlaceStatus } from '../../bindings/SecretPlaceStatus';
import { Button } from '../../design/Button';
import { Icon } from '../../design/Icon';
import { Notice, Section, Waiting } from '../../design/Layout';
import primitives from '../../design/primitives.module.css';
import { plain } from '../../design/text';
import { say } from '../../design/toasts';
import { asAppError, platform } from '../../platform';
import { common } from '../../text/common';
import { errorText } from '../../text/errors';
import { secretPlace as text } from '../../text/secretPlace';
import { HelpLink } from '../help/HelpLink';
import { BY_CODE, PLACES } from '../help/topics';
import { refreshSecrets, useSecretPlace } from './place';

/** The place in force, how it is, and what can be done about it. */
export function PlaceSection() {
  const { data, error } = useSecretPlace();
  return (
    <Section title={text.title}>
      {data ? (
        <Status status={data} />
      ) : error ? (
        <Notice tone="error">{errorText(asAppError(error))}</Notice>
      ) : (
        <Waiting label={common.loading} />
      )}
    </Section>
  );
}

function lockNow(): void {
  void attempt(async () => {
    await platform.vaultLock();
    say({ text: text.locked });
    await refreshSecrets();
  });
}

function Status({ status }: { status: SecretPlaceStatus }) {
  const { place, state } = status;
  return (
    <>
      {status.message !== null && state !== 'locked' ? (
        <Notice tone="warn">
          {plain(status.message)} {status.advice.map(plain).join(' ')}
        </Notice>
      ) : null}
      {status.left_copies ? <Notice>{text.leftCopies}</Notice> : null}
      <dl className={primitives.facts} data-testid="secret-place" data-place={place} data-state={state}>
        <dt>{text.place}</dt>
        <dd>{text.places[place]}</dd>
        {place === 'ask' ? null : (
          <>
            <dt>{text.state}</dt>
            <dd>{text.states[state]}</dd>
          </>
        )}
        {status.entries === null ? null : (
          <>
            <dt>{text.held}</dt>
            <dd>{status.entries}</dd>
          </>
        )}
        {place === 'vault' ? (
          <>
            <dt>{text.file}</dt>
            <dd>
              <code data-selectable>{plain(status.vault_file)}</code>
            </dd>
          </>
        ) : null}
      </dl>
      <div className={primitives.row}>
        {status.code === 'vault_locked' ? (
          <Button look="primary" onPress={() => openDialog({ kind: 'vault-unlock' })} data-testid="unlock">
            <Icon of={LockOpen} small />
            {text.unlock}
          </Button>
        ) : null}
        {place === 'vault' && state === 'ready' ? (
          <Button onPress={lockNow} data-testid="lock-now">
            <Icon of={Lock} small />
            {text.lock}
          </Button>
        ) : null}
        {place === 'vault' && state !== 'unavailable' ? (
          <Button onPress={() => openDialog({ kind: 'vault-passphrase' })} data-testid="change-passphrase">
            {text.changePassphrase}
          </Button>
        ) : null}
        {state === 'ready' || status.code === 'vault_locked' ? null : (
          <Button onPress={() => void refreshSecrets()}>{common.retry}</Button>
        )}
        <Button onPress={() => openDialog({ kind: 'secret-place' })} data-testid="choose-place">
          {text.change}
        </Button>
        <HelpLink topic={BY_CODE[status.code ?? ''] ?? PLACES} />
      </div>
    </>
  );
}
