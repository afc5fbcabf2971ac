/**
 * An in-memory Tapedeck for Vitest and for looking at screens in an ordinary browser.
 * It keeps the contract's edges (revisions, faults by field, masks), and is never in the production bundle.
 */
import type { DatabaseView } from '../bindings/DatabaseView';
import { fakeActionUses } from './fake-action-uses';
import { fakeActions, plantActions } from './fake-actions';
import { fakeConnections } from './fake-connections';
import { ENGINES, fakeResult, type Seed, seedOf } from './fake-data';
import { fakeDatabases, makeConfig } from './fake-databases';
import { fakeDiscovery } from './fake-discovery';
import { fakeMigrationRuns } from './fake-migration-runs';
import { fakeMigrationUses } from './fake-migration-uses';
import { fakeMigrations, plantMigrations, Targets } from './fake-migrations';
import { fakeProducts } from './fake-products';
import { fakeSecretPlace } from './fake-secret-place';
import { fakeSecrets } from './fake-secrets';
import { fakeTests } from './fake-tests';
import { fakeUpdates } from './fake-updates';
import { byName, copy, counted, refuse, World } from './fake-world';
import type { Platform } from './types';

function plant(world: World, seed: Seed): void {
  const databaseOf = ({ cells, ...item }: Seed['databases'][number]): DatabaseView => {
    const database: DatabaseView = {
      id: world.id(),
      ...item,
      envs: [],
      revision: 1,
      created_at: '2026-10-04T08:30:00Z',
      updated_at: '2026-11-20T15:02:00Z',
    };
    for (const [slug, url, outcome] of cells) {
      const config = makeConfig(world, database, { slug, connection_url: url }, outcome);
      if (outcome === 'ok' || outcome === 'auth' || outcome === 'tcp')
        world.keepTest(config, fakeResult(database, slug, outcome));
      database.envs.push(config);
    }
    return database;
  };
  world.products.push({
    view: { id: world.id(), ...seed.product, revision: 1, environments: 0, databases: 0 },
    environments: seed.environments.map((environment, order) => ({
      id: world.id(),
      description: null,
      order,
      revision: 1,
      ...environment,
    })),
    databases: seed.databases.map(databaseOf).sort(byName),
  });
}

/** What a test does to the fake from outside. */
export interface FakeHands {
  /** Another process changed a database. */
  bumpRevision(databaseId: string, name: string): void;
  /** The system opened the program with a file. */
  giveFile(name: string): void;
}

export function createFake(query = ''): Platform & FakeHands {
  const parameters = new URLSearchParams(query);
  const world = new World(parameters);
  for (const seed of seedOf(parameters.get('fake') ?? 'three')) plant(world, seed);
  for (const product of world.products) {
    plantActions(world, product, parameters.get('actions'));
    plantMigrations(product, world, parameters);
  }
  const targets = new Targets(world);
  const [first] = world.products;
  if (first) {
    world.record('create', 'product', first.view.name, null);
    world.record('test', 'database', 'Orders', null);
  }
  const databases = fakeDatabases(world);
  const actions = fakeActions(world);
  const products = fakeProducts(world);
  const { discoveredApply, ...discovery } = fakeDiscovery(world, parameters, { ...products, ...databases });

  return {
    ...products,
    ...discovery,
    ...databases,
    ...fakeConnections(world, databases.databaseUpdate),
    ...fakeTests(world),
    ...fakeSecrets(world),
    ...fakeSecretPlace(world),
    ...actions,
    ...fakeActionUses(world, actions),
    ...fakeMigrations(world, targets),
    ...fakeMigrationRuns(world, targets),
    ...fakeMigrationUses(world, targets),
    ...fakeUpdates(world, parameters.get('updates')),
    appBootstrap: async () => ({
      version: '0.1.0',
      commit: '3f2a9c41d07b',
      licence: 'Apache-2.0 OR MIT',
      data_dir: '/home/ada/.local/share/tapedeck',
      platform: 'linux',
      engines: ENGINES,
      settings: copy(world.settings),
      products: world.products.map(counted),
    }),
    async activityList(before, limit) {
      const start = before === null ? 0 : world.activity.findIndex((entry) => entry.id === before) + 1;
      return world.activity.slice(start, start + limit).map(({ restore: _restore, ...entry }) => entry);
    },
    async activityUndo(activityId) {
      const entry = world.activity.find((candidate) => candidate.id === activityId);
      if (!entry?.restore) return refuse('not_found', 'There is nothing left to undo.');
      world.products = copy(entry.restore);
      world.undoing.get(activityId)?.();
      world.activity = world.activity.map((other) =>
        other === entry ? { ...other, undoable: false } : other,
      );
      world.tell();
    },
    async activityPurge(activityId) {
      const entry = world.activity.find((candidate) => candidate.id === activityId);
      if (!entry?.restore || entry.verb !== 'delete') return refuse('conflict', 'It is no deletion.');
      world.activity = world.activity.map((other) =>
        other === entry ? { ...other, undoable: false, restore: null } : other,
      );
      world.tell();
      return { removed: 1, left: 0 };
    },
    async settingsUpdate(next) {
      world.settings = copy(next);
      return copy(world.settings);
    },
    exportSave: async () => '/home/ada/shop.tapedeck.json',
    importGiven: async () => {
      const given = world.given;
      world.given = null;
      return given;
    },
    importOpen: async () => ({
      token: 'token',
      view: {
        products: ['shop'],
        steps: [
          {
            subject: 'database',
            address: 'shop/ledger',
            change: 'add',
            fields: [{ field: 'name', before: null, after: 'Ledger' }],
          },
          {
            subject: 'database',
            address: 'shop/orders',
            change: 'change',
            fields: [
              {
                field: 'description',
                before: 'Carts, orders, payments.',
                after: 'Carts and orders.',
                side: 'here',
              },
              {
                field: 'envs.stg.connection_url',
                before: 'postgresql://app:***@stg-db.internal/orders',
                after: 'postgresql://app:***@stg-db-2.internal/orders',
                side: 'both',
              },
            ],
          },
          { subject: 'database', address: 'shop/users', change: 'same', fields: [] },
        ],
        warnings: ['Unknown field “owner” of database ledger is kept.'],
        secrets: 3,
        bases: [{ product: 'shop', at: '2026-11-02T09:12:00Z', named: true }],
        applied: false,
      },
    }),
    importApply: async (token) => {
      if (token === 'discovered') await discoveredApply();
      return { products: ['shop'], steps: [], warnings: [], secrets: 3, bases: [], applied: true };
    },
    fileChoose: async (folder) => (folder ? '/home/ada/certificates' : '/home/ada/certificates/root.crt'),
    windowNew: async () => undefined,
    dataFolderOpen: async () => undefined,
    onCatalogChanged(callback) {
      world.listeners.add(callback);
      return () => world.listeners.delete(callback);
    },
    onFileGiven(callback) {
      world.givenListeners.add(callback);
      return () => world.givenListeners.delete(callback);
    },
    giveFile(name) {
      world.given = name;
      for (const told of world.givenListeners) told();
    },
    bumpRevision(databaseId, name) {
      const [, database] = world.database(databaseId);
      Object.assign(database, { name, revision: database.revision + 1 });
    },
  };
}
