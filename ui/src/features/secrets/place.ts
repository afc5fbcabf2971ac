/** Where passwords are kept, as the screens ask for it. */
import { useQuery } from '@tanstack/react-query';
import { keys, queries } from '../../app/queries';
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
