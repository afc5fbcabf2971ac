import { QueryClient, useQuery } from '@tanstack/react-query';
import type { CredentialStateView } from '../bindings/CredentialStateView';
import type { EngineInfo } from '../bindings/EngineInfo';
import type { MatrixView } from '../bindings/MatrixView';
import type { SecretPlace } from '../bindings/SecretPlace';
import { platform } from '../platform';
import { navigation } from './navigation';
import { useStore } from './store';

export const queries = new QueryClient({
  defaultOptions: {
    // The catalog is on this machine and says when it changed: nothing is refetched on a guess.
    queries: {
      staleTime: Number.POSITIVE_INFINITY,
      retry: false,
      refetchOnWindowFocus: false,
      networkMode: 'always',
    },
    mutations: { retry: false, networkMode: 'always' },
  },
});

export const keys = {
  bootstrap: ['bootstrap'] as const,
  products: ['products'] as const,
  matrix: (productId: string) => ['matrix', productId] as const,
  lastTest: (configId: string) => ['last-test', configId] as const,
  credentials: (productId: string) => ['credentials', productId] as const,
  secrets: ['secrets'] as const,
  secretPlace: ['secret-place'] as const,
  secretsToEnter: ['secrets-to-enter'] as const,
  activity: ['activity'] as const,
  actions: ['actions'] as const,
  action: ['action'] as const,
  migrations: ['migrations'] as const,
  migration: ['migration'] as const,
  migrationMatrix: ['migration-matrix'] as const,
  policy: ['promotion-policy'] as const,
  updates: ['updates'] as const,
};

const bootstrapQuery = { queryKey: keys.bootstrap, queryFn: () => platform.appBootstrap() };
const productsQuery = { queryKey: keys.products, queryFn: () => platform.productList() };
const matrixQuery = (productId: string) => ({
  queryKey: keys.matrix(productId),
  queryFn: () => platform.matrixLoad(productId),
});

/** A core that takes longer is waited for with a window that says so. */
const FIRST_FRAME_WAIT = 150;

/**
 * Asks for all that the first frame shows, at once and before anything is drawn: one round trip, not one a level. Resolves
 * when all is there or has failed, so that the window is drawn once, not again with each answer; at the latest after a while.
 */
export async function askForFirstFrame(): Promise<void> {
  const { productId } = navigation.get();
  await Promise.race([
    Promise.all([
      queries.prefetchQuery(bootstrapQuery),
      queries.prefetchQuery(productsQuery),
      productId === null ? null : queries.prefetchQuery(matrixQuery(productId)),
    ]),
    new Promise((done) => setTimeout(done, FIRST_FRAME_WAIT)),
  ]);
}

export function useBootstrap() {
  return useQuery(bootstrapQuery);
}

export function useProducts() {
  return useQuery(productsQuery);
}

export function useProductId(): string | null {
  return useStore(navigation, (state) => state.productId);
}

export function useMatrix() {
  const productId = useProductId();
  return useQuery({ ...matrixQuery(productId ?? ''), enabled: productId !== null });
}

export interface Credentials {
  states: ReadonlyMap<string, CredentialStateView>;
  missing: ReadonlyMap<string, string[]>;
  /** What is wrong with the place where passwords are kept, and its code. */
  message: string | null;
  code: string | null;
  place: SecretPlace;
  /** How many passwords must be entered again. */
  toEnter: number;
}

/** The last test of a cell with its stages, which the matrix leaves out. */
export function useLastTest(configId: string | undefined) {
  return useQuery({
    queryKey: keys.lastTest(configId ?? ''),
    queryFn: () => platform.testLast(configId ?? ''),
    enabled: configId !== undefined,
  });
}

/** Apart from the matrix: a keyring that prompts or hangs must never hold the first frame. */
export function useCredentials() {
  const productId = useProductId();
  return useQuery({
    queryKey: keys.credentials(productId ?? ''),
    enabled: productId !== null,
    // A vault locks itself.
    refetchInterval: (query) => (query.state.data?.place === 'vault' ? 15_000 : false),
    queryFn: async (): Promise<Credentials> => {
      const report = await platform.credentialsCheck(productId ?? '');
      return {
        states: new Map(report.cells.map((cell) => [cell.config_id, cell.state])),
        missing: new Map(report.cells.map((cell) => [cell.config_id, cell.missing])),
        message: report.keyring_message,
        code: report.keyring_code,
        place: report.place,
        toEnter: report.to_enter,
      };
    },
  });
}

export function useEngines(): EngineInfo[] {
  return useBootstrap().data?.engines ?? [];
}

export function engineOf(engines: EngineInfo[], type: string): EngineInfo | undefined {
  return engines.find((engine) => engine.type === type);
}

export function currentMatrix(): MatrixView | undefined {
  const { productId } = navigation.get();
  return productId === null ? undefined : queries.getQueryData<MatrixView>(keys.matrix(productId));
}

/** After any change of the catalog, by this window or another process. */
export async function refreshCatalog(): Promise<void> {
  await Promise.all([
    queries.invalidateQueries({ queryKey: keys.products }),
    queries.invalidateQueries({ queryKey: ['matrix'] }),
    queries.invalidateQueries({ queryKey: ['last-test'] }),
    queries.invalidateQueries({ queryKey: ['credentials'] }),
    queries.invalidateQueries({ queryKey: keys.activity }),
    queries.invalidateQueries({ queryKey: keys.secrets }),
    queries.invalidateQueries({ queryKey: keys.secretPlace }),
    queries.invalidateQueries({ queryKey: keys.actions }),
    queries.invalidateQueries({ queryKey: keys.action }),
    queries.invalidateQueries({ queryKey: keys.migrations }),
    queries.invalidateQueries({ queryKey: keys.migration }),
    queries.invalidateQueries({ queryKey: keys.migrationMatrix }),
    queries.invalidateQueries({ queryKey: keys.policy }),
  ]);
}
