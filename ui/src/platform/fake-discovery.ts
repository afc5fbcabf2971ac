/** Connections that the fake finds: `discover=nothing`, `three` (unless told) or `many` in the address. */
import type { DiscoveredView } from '../bindings/DiscoveredView';
import type { DiscoveryRequest } from '../bindings/DiscoveryRequest';
import type { DiscoveryView } from '../bindings/DiscoveryView';
import type { Fault } from './errors';
import { refuse, refuseFaults, type World } from './fake-world';
import type { Platform } from './types';

const HOME = '/home/ada';

function view(of: Partial<DiscoveredView> & { name: string; connection_url: string }): DiscoveredView {
  return {
    id: of.name,
    type: 'postgresql',
    source: 'env',
    file: `${HOME}/shop/.env`,
    database: 'orders',
    database_name: 'orders',
    environment: 'dev',
    environment_assumed: false,
    secrets: of.connection_url.includes('***') ? ['password'] : [],
    warnings: [],
    ...of,
  };
}

const THREE = [
  view({ name: 'DATABASE_URL', connection_url: 'postgresql://app:***@localhost/orders_dev', line: 3 }),
  view({
    name: 'orders-live',
    connection_url: 'postgresql://app:***@db.example.com:5433/orders?sslmode=verify-full',
    environment: 'prd',
    environment_assumed: true,
    source: 'pg_service',
    file: `${HOME}/.pg_service.conf`,
    line: 12,
  }),
  view({
    name: 'Events (staging)',
    type: 'mongodb',
    connection_url: 'mongodb+srv://app@stg.example.net/events',
    database: 'events',
    database_name: 'events',
    environment: 'stg',
    source: 'compass',
    file: `${HOME}/.config/MongoDB Compass/Connections/7f3c.json`,
    warnings: [
      {
        code: 'password_elsewhere',
        message: 'Compass keeps the password in its own place. Enter it after the import.',
      },
    ],
  }),
];

function many(): DiscoveredView[] {
  return Array.from({ length: 200 }, (_, index) =>
    view({
      name: `SERVICE_${index + 1}_URL`,
      connection_url: `postgresql://app:***@localhost:5432/service_${index + 1}`,
      database: `service_${index + 1}`,
      database_name: `service_${index + 1}`,
      line: index + 1,
      ...(index % 20 === 7 ? { duplicate_of: 'SERVICE_1_URL' } : {}),
      ...(index % 20 === 11 ? { known_as: 'shop/orders@dev' } : {}),
    }),
  );
}

type Uses = Pick<Platform, 'productCreate' | 'environmentCreate' | 'databaseCreate'>;

export function fakeDiscovery(world: World, parameters: URLSearchParams, uses: Uses) {
  const what = parameters.get('discover') ?? 'three';
  const found = what === 'nothing' ? [] : what === 'many' ? many() : THREE;
  let planned: DiscoveryRequest | null = null;

  const look = async (folder?: string): Promise<DiscoveryView> => ({
    ...(folder ? { folder } : {}),
    product: folder ? 'shop' : 'my-databases',
    product_name: folder ? 'shop' : 'My databases',
    connections: found,
    notes: [{ file: `${HOME}/.my.cnf`, message: 'Files that this one includes were not read.' }],
    files: found.length + 1,
  });

  const picked = (request: DiscoveryRequest) =>
    request.picks.map((pick) => {
      const one = found.find(({ id }) => id === pick.id);
      if (one === undefined) return refuse('not_found', 'The last search found no such connection.');
      return { one, database: pick.database ?? one.database, slug: pick.environment ?? one.environment };
    });

  return {
    discoverHome: () => look(),
    discoverFolder: () => look(`${HOME}/shop`),
    async discoverPlan(request) {
      const product = world.products.find(({ view: each }) => each.tag === request.product);
      const taken = new Set<string>();
      const faults: Fault[] = [];
      const picks = picked(request);
      for (const [index, { database, slug }] of picks.entries()) {
        const here = product?.databases.find((each) => each.tag === database);
        const place = `${database}@${slug}`;
        if (taken.has(place) || here?.envs.some((config) => config.slug === slug))
          faults.push({
            field: `picks[${index}]`,
            code: 'duplicate',
            message: `${database} has a connection in ${slug} already. Choose another database or environment.`,
          });
        taken.add(place);
      }
      refuseFaults(faults);
      planned = request;
      const databases = [...new Set(picks.map(({ database }) => `${request.product}/${database}`))];
      const addresses = product ? databases : [request.product, ...databases];
      return {
        token: 'discovered',
        keyring: picks
          .filter(({ one }) => one.secrets.length > 0)
          .map(({ database, slug }) => ({
            address: `${request.product}/${database}@${slug}`,
            slot: 'password',
          })),
        view: {
          products: [request.product],
          steps: addresses.map((address) => ({
            subject: address.includes('/') ? 'database' : 'product',
            address,
            change: 'add',
            fields: [],
          })),
          warnings: [],
          secrets: 0,
          bases: [],
          applied: false,
        },
      };
    },
    /** Makes what was planned, through the uses that a person has. */
    async discoveredApply() {
      if (planned === null) return;
      const request = planned;
      planned = null;
      const picks = picked(request);
      const here = world.products.find(({ view: each }) => each.tag === request.product);
      const product =
        here?.view ??
        (
          await uses.productCreate({
            tag: request.product,
            name: request.product_name ?? request.product,
            environments: [],
          })
        ).record;
      for (const slug of ['dev', 'tst', 'stg', 'prd'].filter((each) =>
        picks.some((pick) => pick.slug === each),
      ))
        if (!here?.environments.some((each) => each.slug === slug))
          await uses.environmentCreate(product.id, { env_name: slug, slug });
      for (const tag of new Set(picks.map(({ database }) => database))) {
        const of = picks.filter(({ database }) => database === tag);
        const envs = of.map(({ slug, one }) => ({ slug, connection_url: one.connection_url }));
        await uses.databaseCreate(product.id, {
          name: tag,
          tag,
          type: of[0]?.one.type ?? 'postgresql',
          envs,
        });
      }
    },
  } satisfies Partial<Platform> & { discoveredApply(): Promise<void> };
}
