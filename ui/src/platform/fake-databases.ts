/** The fake's databases, the matrix of them, and what it says of their credentials. */
import type { ConfigInput } from '../bindings/ConfigInput';
import type { ConfigView } from '../bindings/ConfigView';
import type { DatabaseView } from '../bindings/DatabaseView';
import type { Fault } from './errors';
import { fakeExtract, fakeInspect } from './fake-url';
import {
  byName,
  copy,
  counted,
  nameFaults,
  now,
  type Product,
  patched,
  refuseFaults,
  refuseStale,
  type World,
} from './fake-world';
import type { Platform } from './types';

/** A config with its secrets taken out; `outcome` is how its tests end. */
export function makeConfig(
  world: World,
  database: { type: string; envs: ConfigView[] },
  input: ConfigInput,
  outcome?: string,
): ConfigView {
  const { outcomes, passwords } = world;
  const inspection = fakeInspect(input.connection_url, database.type);
  const { masked, secrets } = fakeExtract(input.connection_url);
  const existing = database.envs.find((config) => config.slug === input.slug);
  const config: ConfigView = {
    id: existing?.id ?? world.id(),
    slug: input.slug,
    connection_url: masked,
    description: input.description ?? existing?.description ?? null,
    target: inspection.target,
    needs_secret: inspection.secret_spans.length > 0,
    references: inspection.references,
    last_test: null,
  };
  const source = input.copy_from ? passwords.get(input.copy_from) : undefined;
  passwords.set(config.id, { ...passwords.get(config.id), ...source, ...secrets, ...input.secrets });
  world.lastTests.delete(config.id);
  outcomes.set(config.id, outcome ?? (masked.includes('wrong') ? 'auth' : 'ok'));
  return config;
}

function configFaults(product: Product, type: string, envs: ConfigInput[]): Fault[] {
  return envs.flatMap((config, index): Fault[] => {
    const faults: Fault[] = [];
    if (!product.environments.some((environment) => environment.slug === config.slug))
      faults.push({
        field: `envs[${index}].slug`,
        code: 'unknown',
        message: `No environment has the slug “${config.slug}”.`,
      });
    const { error } = fakeInspect(config.connection_url, type);
    if (error)
      faults.push({ field: `envs[${index}].connection_url`, code: error.code, message: error.message });
    return faults;
  });
}

export function fakeDatabases(world: World) {
  return {
    async databaseCreate(productId, input) {
      world.needSecrets();
      const product = world.product(productId);
      const faults = [
        ...nameFaults(input, product.databases),
        ...configFaults(product, input.type, input.envs),
      ];
      if (input.envs.length === 0)
        faults.push({
          field: 'envs',
          code: 'required',
          message: 'Give at least one environment its connection URL.',
        });
      refuseFaults(faults);
      return world.change('create', 'database', () => {
        const database: DatabaseView = {
          id: world.id(),
          name: input.name,
          tag: input.tag,
          type: input.type,
          description: input.description ?? null,
          envs: [],
          actions: 0,
          migrations: 0,
          revision: 1,
          created_at: now(),
          updated_at: now(),
        };
        database.envs = input.envs.map((config) => makeConfig(world, database, config));
        product.databases = [...product.databases, database].sort(byName);
        return database;
      });
    },
    async databaseUpdate(databaseId, patch) {
      world.needSecrets();
      const [product, database] = world.database(databaseId);
      refuseStale(database, patch);
      const { envs = [], remove_envs = [], ...fields } = patch;
      const others = product.databases.filter((other) => other !== database);
      refuseFaults([...nameFaults(patch, others), ...configFaults(product, database.type, envs)]);
      return world.change('update', 'database', () => {
        Object.assign(database, patched(database, fields), { updated_at: now() });
        for (const input of envs) {
          const config = makeConfig(world, database, input);
          database.envs = [...database.envs.filter((other) => other.slug !== input.slug), config];
        }
        database.envs = database.envs.filter((config) => !remove_envs.includes(config.slug));
        return database;
      });
    },
    async databaseDelete(databaseId) {
      const [product, database] = world.database(databaseId);
      return world.remove('database', database, () => {
        product.databases = product.databases.filter((other) => other !== database);
      });
    },
    async matrixLoad(productId) {
      const product = world.product(productId);
      const { environments, databases } = product;
      return copy({ product: counted(product), environments, databases });
    },
    async credentialsCheck(productId) {
      await world.wait(20);
      const cells = world.product(productId).databases.flatMap((database) =>
        database.envs.map((config) => {
          const state = world.credentialOf(config);
          return {
            config_id: config.id,
            state,
            missing: state === 'missing' ? config.references.map((key) => `$Secret{${key}}`) : [],
          };
        }),
      );
      const fault = world.secretPlaceFault();
      const locked = fault === null && cells.some((cell) => cell.state === 'locked');
      const messages = {
        keyring_unavailable:
          'No keyring can be used here (there is no D-Bus session). GNOME: install gnome-keyring, then log out and in again, so that it starts with your session.',
        vault_locked: 'The vault file is locked. Unlock it with its passphrase.',
        keyring_locked: 'The keyring is locked. Unlock it, then check again.',
      };
      const code = locked ? 'keyring_locked' : fault;
      return {
        cells,
        keyring_message: code === null ? null : messages[code],
        keyring_code: code,
        place: world.secretPlace.place,
        to_enter: code === null ? cells.filter((cell) => cell.state === 'missing').length : 0,
      };
    },
  } satisfies Partial<Platform>;
}
