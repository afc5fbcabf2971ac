import { openDialog } from '../../app/navigation';
import type { Credentials } from '../../app/queries';
import { Button } from '../../design/Button';
import { Notice } from '../../design/Layout';
import primitives from '../../design/primitives.module.css';
import { plain } from '../../design/text';
import { common } from '../../text/common';
import { secretPlace as text } from '../../text/secretPlace';
import { HelpLink } from '../help/HelpLink';
import { BY_CODE } from '../help/topics';
import { refreshSecrets } from './place';
import styles from './places.module.css';

/** Above the matrix: what is wrong with the place where passwords are kept, or what lacks there, with the ways out. */
export function CredentialNotice({ credentials }: { credentials: Credentials }) {
  const { message, code, toEnter, place } = credentials;
  if (message !== null) {
    const isLocked = code === 'vault_locked';
    return (
      <Notice tone="warn" role="status">
        <div className={styles.notice}>
          <span data-testid="credential-notice" data-code={code}>
            {plain(message)}
          </span>
          {isLocked ? (
            <Button
              small
              look="primary"
              onPress={() => openDialog({ kind: 'vault-unlock' })}
              data-testid="notice-unlock"
            >
              {text.unlock}
            </Button>
          ) : (
            <span className={primitives.row}>
              <Button small onPress={() => void refreshSecrets()}>
                {common.retry}
              </Button>
              <Button small onPress={() => openDialog({ kind: 'secret-place' })} data-testid="notice-place">
                {text.change}
              </Button>
              <HelpLink topic={BY_CODE[code ?? '']} />
            </span>
          )}
        </div>
      </Notice>
    );
  }
  return (
    <Notice role="status">
      <div className={styles.notice}>
        <span data-testid="credential-notice">{text.lacking(toEnter, place)}</span>
        <Button small onPress={() => openDialog({ kind: 'secrets-enter' })} data-testid="notice-enter">
          {text.enter}
        </Button>
      </div>
    </Notice>
  );
}
