import { useState } from 'react';
import { useCredentials } from '../../app/queries';
import type { AuthMechanismInfo } from '../../bindings/AuthMechanismInfo';
import type { UrlInspection } from '../../bindings/UrlInspection';
import { Button } from '../../design/Button';
import { form as formText, connection as text } from '../../text/connection';
import styles from './connection.module.css';
import { SessionField } from './SessionField';
import type { EditorSession } from './session';

/** What is typed here never enters the string: the string gets `***`, the value goes where passwords are kept on save. */
export function PasswordField(props: {
  session: EditorSession;
  inspection: UrlInspection | null;
  mechanism: AuthMechanismInfo | null;
  error: string | undefined;
}) {
  const { session, inspection, mechanism } = props;
  const state = inspection?.password ?? 'absent';
  const [choosing, setChoosing] = useState(false);
  const named = choosing || state === 'reference';
  const typed = session.secret('password');
  const place = useCredentials().data?.place ?? 'keyring';
  const kept = typed === '' ? text.passwordKept[place] : text.passwordPending[place];
  const said = state === 'kept' ? kept : text.passwordStates[state];
  // The password's own reference; other parts of the string may hold references too.
  const span = inspection?.secret_spans.find((candidate) => candidate.slot === 'password');
  const remove = async () => {
    await session.setSecret('password', '');
    await session.edit({ kind: 'password_mask', present: false }, 'secret:password');
    session.endStep();
  };
  return (
    <div className={styles.password}>
      {named ? (
        <SessionField
          session={session}
          label={text.namedSecret}
          shown={span?.reference ?? ''}
          write={(key) =>
            key === ''
              ? session.edit({ kind: 'password_mask', present: false }, 'named-secret')
              : session.edit({ kind: 'password_reference', key }, 'named-secret')
          }
          error={props.error}
          testId="named-secret-field"
          placeholder="ORDERS_PASSWORD"
        />
      ) : (
        <SessionField
          session={session}
          label={text.password}
          type="password"
          shown={typed}
          write={(value) => session.setSecret('password', value)}
          placeholder={state === 'kept' || state === 'typed' ? '••••••••' : ''}
          help={noteOf(mechanism, state) ?? said}
          error={props.error}
          testId="password-field"
        />
      )}
      <span className={styles.passwordActions}>
        <Button
          look="quiet"
          small
          data-testid="use-named-secret"
          onPress={() => {
            if (state === 'reference')
              void session.edit({ kind: 'password_mask', present: false }).catch(() => undefined);
            setChoosing(!named);
          }}
        >
          {named ? text.usePassword : text.useNamed}
        </Button>
        {!named && state !== 'absent' ? (
          <Button
            look="quiet"
            small
            data-testid="remove-password"
            onPress={() => void remove().catch(() => undefined)}
          >
            {text.removePassword}
          </Button>
        ) : null}
      </span>
    </div>
  );
}

/** What the way to sign in says of the password, where it asks for one or takes none. */
function noteOf(mechanism: AuthMechanismInfo | null, state: UrlInspection['password']): string | null {
  if (mechanism?.password === 'required' && state === 'absent') return formText.needed(mechanism.label);
  if (mechanism?.password === 'forbidden' && state !== 'absent') return formText.notTaken(mechanism.label);
  return null;
}
