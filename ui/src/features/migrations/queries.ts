import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { keys } from '../../app/queries';
import type { MigrationRunRequest } from '../../bindings/MigrationRunRequest';
import { platform } from '../../platform';

export function useMigrations(databaseId: string | undefined) {
  return useQuery({
    queryKey: [...keys.migrations, databaseId],
    queryFn: () => platform.migrationList(databaseId ?? ''),
    enabled: databaseId !== undefined,
  });
}

export function useMigration(id: string | null) {
  return useQuery({
    queryKey: [...keys.migration, id],
    queryFn: () => platform.migrationFetch(id ?? ''),
    enabled: id !== null,
  });
}

export type PlanWish = Pick<MigrationRunRequest, 'database_id' | 'env' | 'deed' | 'exceptions'>;

/** What a run would do. Asked anew whenever it is shown, and after every run: what is there may have changed. */
export function usePlan(wish: PlanWish | null, again: string) {
  return useQuery({
    queryKey: ['migration-plan', wish, again],
    queryFn: () => {
      if (wish === null) throw new Error('there is nothing to plan');
      return platform.migrationPlan({ ...wish, run_id: `plan-${Date.now().toString(36)}`, dry_run: false });
    },
    enabled: wish !== null,
    staleTime: 0,
    gcTime: 0,
    placeholderData: keepPreviousData,
  });
}

export function usePolicy(productId: string) {
  return useQuery({
    queryKey: [...keys.policy, productId],
    queryFn: () => platform.promotionPolicy(productId),
  });
}
