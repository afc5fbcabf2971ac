import { useQuery } from '@tanstack/react-query';
import { Check, CircleSlash, KeyRound, Lock, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { announce, attempt } from '../../app/changes';
import { openDialog } from '../../app/navigation';
import { keys } from '../../app/queries';
import type { CredentialStateView } from '../../bindings/CredentialStateView';
import type { NamedSecretView } from '../../bindings/NamedSecretView';
import { Button } from '../../design/Button';
import { FormDialog } from '../../design/FormDialog';
import { Icon } from '../../design/Icon';
import { EmptyState, Notice, Page, Table, Waiting } from '../../design/Layout';
import primitives from '../../design/primitives.module.css';
import { moment, plain } from '../../design/text';
import { asAppError, platform } from '../../platform';
import { common } from '../../text/common';
import { errorText } from '../../text/errors';
import { secrets as text } from '../../text/secrets';
import styles from '../matrix/matrix.module.css';

const ICONS = {
  none_needed: Check,
  present: Check,
  missing: KeyRound,
  locked: Lock,
  unavailable: CircleSlash,
};
const LOOKS: Record<CredentialStateView, string> = {
  none_needed: 'untested',
  present: 'ok',
  missing: 'no_credential',
  locked: 'locked',
  unavailable: 'unavailable',
};

export function SecretsScreen() {
  const { data, error } = useQuery({ queryKey: keys.secrets, queryFn: () => platform.secretList(null) });
  const [deleting, setDeleting] = useState<NamedSecretView | null>(null);
  const add = (
    <Button onPress={() => openDialog({ kind: 'secret', name: null })} data-testid="secret-create">
      <Icon of={Plus} small />
      {text.create}
    </Button>
  );
  if (data?.length === 0) {
    return (
      <EmptyState title={text.emptyTitle} text={text.emptyText}>
        {add}
      </EmptyState>
    );
  }
  return (
    <Page title={text.title} testId="secrets-screen" wide actions={add}>
      <p className={primitives.faint}>{text.lead}</p>
      {error ? <Notice tone="error">{errorText(asAppError(error))}</Notice> : null}
      {data ? (
        <Table columns={[text.name, text.state, text.usedBy, text.updated]} buttons={common.edit}>
          {data.map((secret) => (
            <tr key={secret.name} data-testid={`secret-${secret.name}`} data-state={secret.state}>
              <td>
                <code data-selectable>{plain(secret.name)}</code>
              </td>
              <td>
                <span className={styles.status} data-state={LOOKS[secret.state]}>
                  <Icon of={ICONS[secret.state]} small />
                  {text.states[secret.state]}
                </span>
              </td>
              <td>{plain(secret.used_by.join(', '))}</td>
              <td className={primitives.faint}>{moment(secret.updated_at)}</td>
              <td>
                <Button small onPress={() => openDialog({ kind: 'secret', name: secret.name })}>
                  {text.set}
                </Button>
                <Button
                  look="quiet"
                  small
                  iconOnly
                  aria-label={text.delete(secret.name)}
                  onPress={() => setDeleting(secret)}
                >
                  <Icon of={Trash2} small />
                </Button>
              </td>
            </tr>
          ))}
        </Table>
      ) : error ? null : (
        <Waiting label={common.loading} />
      )}
      {deleting ? <SecretDelete secret={deleting} onClose={() => setDeleting(null)} /> : null}
    </Page>
  );
}

/** What a secret is used by is elsewhere, so this one asks. */
function SecretDelete({ secret, onClose }: { secret: NamedSecretView; onClose: () => void }) {
  const remove = () =>
    attempt(async () => {
      const activityId = await platform.secretDelete(secret.name);
      onClose();
      await announce(text.removed(secret.name), activityId);
    });
  return (
    <FormDialog
      title={text.deleteTitle(plain(secret.name))}
      onClose={onClose}
      onSubmit={() => void remove()}
      action={common.delete}
      actionId="secret-delete"
      danger
    >
      <p>{text.deleteText}</p>
      {secret.used_by.length > 0 ? (
        <Notice tone="warn">{text.usedWarning(plain(secret.used_by.join(', ')))}</Notice>
      ) : null}
    </FormDialog>
  );
}
