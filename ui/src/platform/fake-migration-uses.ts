/** What else the fake does with migrations: it compares schemas, reads folders, and keeps the promotion policy. */
import type { MigrationImport } from '../bindings/MigrationImport';
import type { PromotionPolicy } from '../bindings/PromotionPolicy';
import type { SchemaComparison } from '../bindings/SchemaComparison';
import type { Targets } from './fake-migrations';
import { copy, now, refuse, type World } from './fake-world';
import type { Platform } from './types';

/** An index somebody made by hand, a column that was widened, and a view that is gone. */
export const DRIFT: SchemaComparison = {
  left: 'as the last run left it',
  right: 'stg',
  differences: [
    {
      object: 'orders.state',
      kind: 'column',
      change: 'changed',
      left: 'text NOT NULL',
      right: 'character varying(40) NOT NULL',
    },
    {
      object: 'orders_state_idx',
      kind: 'index',
      change: 'added',
      left: null,
      right: 'CREATE INDEX orders_state_idx ON orders USING btree (state)',
    },
    {
      object: 'open_orders',
      kind: 'view',
      change: 'removed',
      left: "SELECT id, customer_id FROM orders WHERE state = 'open'",
      right: null,
    },
  ],
  mend: [
    { statement: 'ALTER TABLE orders ALTER COLUMN state TYPE text', destructive: false, note: null },
    {
      statement: 'DROP INDEX orders_state_idx',
      destructive: true,
      note: 'Somebody made it by hand: ask first.',
    },
    {
      statement: "CREATE VIEW open_orders AS SELECT id, customer_id FROM orders WHERE state = 'open'",
      destructive: false,
      note: null,
    },
  ],
  mend_left: [],
};

const POLICY: PromotionPolicy = { enforced: true, order: [] };

export function fakeMigrationUses(world: World, targets: Targets) {
  const policies = new Map<string, PromotionPolicy>();
  const imports = new Map<string, { databaseId: string; view: MigrationImport }>();
  const configOf = (databaseId: string, env: string): string => {
    const [, database] = world.database(databaseId);
    const config = database.envs.find(({ slug }) => slug === env);
    if (!config) return refuse('not_found', `${database.name} has no connection in ${env}.`);
    if (/auth|missing|tcp/.test(world.outcomes.get(config.id) ?? ''))
      return refuse('auth_failed', 'Access denied for user “app”. Check the user and the password.');
    return config.id;
  };
  return {
    async migrationDrift(databaseId, env) {
      await world.wait(120);
      const target = targets.of(configOf(databaseId, env));
      const none = { differences: [], mend: [], mend_left: [] };
      return { ...copy(DRIFT), right: env, ...(target.drift ? {} : none) };
    },
    async migrationDriftAccept(databaseId, env, confirm) {
      const [product, database] = world.database(databaseId);
      const environment = product.environments.find(({ slug }) => slug === env);
      if (environment?.class === 'production' && confirm !== database.tag)
        refuse('refused', 'Confirm with the database’s tag.', { guard: 'tag', confirm: database.tag });
      targets.of(configOf(databaseId, env)).drift = false;
      targets.read.set(configOf(databaseId, env), now());
    },
    async migrationDiff(databaseId, left, right) {
      await world.wait(160);
      const sides = [left, right].map((env) => targets.of(configOf(databaseId, env)));
      const [one, other] = sides.map((target) => target.entries.filter(({ state }) => state === 'applied'));
      const lacking = (one ?? []).filter((entry) => !other?.some(({ tag }) => tag === entry.tag));
      const drifted = sides.some((target) => target.drift) ? copy(DRIFT) : undefined;
      return {
        left,
        right,
        differences: [
          ...lacking.map((entry) => ({
            object: entry.tag,
            kind: 'table',
            change: 'removed',
            left: entry.input.texts.up,
            right: null,
          })),
          ...(drifted?.differences ?? []),
        ],
        mend: [
          ...lacking.map((entry) => ({
            statement: entry.input.texts.up.replace(/;\s*$/, ''),
            destructive: false,
            note: null,
          })),
          ...(drifted?.mend ?? []),
        ],
        mend_left: lacking.map((entry) => ({
          statement: entry.input.texts.down.replace(/;\s*$/, ''),
          destructive: true,
          note: null,
        })),
      };
    },
    async migrationImportOpen(databaseId, _format) {
      const [, , list] = targets.list(databaseId);
      const existing = list.at(-1)?.input;
      const view: MigrationImport = {
        migrations: [
          ...(existing ? [{ tag: existing.tag, name: existing.name, up: 1, down: 1, exists: true }] : []),
          { tag: '20261101090000_create_returns', name: 'Create returns', up: 2, down: 1, exists: false },
          { tag: '20261114171500_index_returns', name: 'Index returns', up: 1, down: 0, exists: false },
        ],
        notes: ['seed.sql was left out: it is no migration by its name.'],
      };
      const token = world.id();
      imports.set(token, { databaseId, view });
      return { token, view: copy(view) };
    },
    async migrationImportApply(token) {
      const found = imports.get(token) ?? refuse('not_found', 'Open the folder once more.');
      world.change('create', 'migration', () => {
        const [, database, list] = targets.list(found.databaseId);
        for (const { tag, name, exists } of found.view.migrations)
          if (!exists)
            list.push({
              id: world.id(),
              input: {
                name,
                tag,
                texts: { up: 'CREATE TABLE returns (id bigint PRIMARY KEY);', down: '', pre: '', post: '' },
                no_transaction: false,
                waivers: [],
              },
              fingerprint: world.id(),
              created_at: now(),
              updated_at: now(),
            });
        database.migrations = list.length;
        return { name: `of ${database.name}` };
      });
      return copy(found.view);
    },
    migrationExport: async (databaseId, format) => `/home/ada/${world.database(databaseId)[1].tag}-${format}`,
    async promotionPolicy(productId) {
      return copy(policies.get(productId) ?? POLICY);
    },
    async promotionPolicySet(productId, policy) {
      policies.set(productId, copy(policy));
      return copy(policy);
    },
  } satisfies Partial<Platform>;
}
