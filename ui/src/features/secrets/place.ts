/** Where passwords are kept, as the screens ask for it. */
import { useQuery } from '@tanstack/react-query';
import { navigation, openDialog } from '../../app/navigation';
import { type Credentials, keys, queries } from '../../app/queries';
import { platform } from '../../platform';

export function useSecretPlace() {
  return useQuery({
    queryKey: keys.secretPlace,
    queryFn: () => platform.secretPlaceStatus(),
    // A vault locks itself.
    refetchInterval: (query) => (query.state.data?.place === 'vault' ? 15_000 : false),
  });
}

/** After a change of what is there, or of whether it can be read. */
export async function refreshSecrets(): Promise<void> {
  await Promise.all(
    [['credentials'], keys.secrets, keys.secretPlace, keys.secretsToEnter].map((queryKey) =>
      queries.invalidateQueries({ queryKey }),
    ),
  );
}

/**
 * Asks for what a deed needs of passwords before it begins: the vault’s passphrase, or what is asked for each time. True
 * when it asks; `then` runs once the person has answered, and never when they leave.
 */
export function asksFirst(then: () => void): boolean {
  const { productId } = navigation.get();
  const known = queries.getQueryData<Credentials>(keys.credentials(productId ?? ''));
  if (known?.code === 'vault_locked') openDialog({ kind: 'vault-unlock', then });
  else if (known?.place === 'ask' && known.toEnter > 0) openDialog({ kind: 'secrets-enter', then });
  else return false;
  return true;
}
