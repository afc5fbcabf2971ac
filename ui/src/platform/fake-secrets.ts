/** The fake's named secrets. */
import { copy, now, refuse, refuseFaults, type World } from './fake-world';
import type { Platform } from './types';

export function fakeSecrets(world: World) {
  const named = new Map<string, { value: string | null; at: string }>([
    ['ORDERS_PASSWORD', { value: null, at: '2026-11-02T09:12:00Z' }],
    ['ORDERS_PASSWORD@stg', { value: 'x', at: '2026-11-02T09:12:00Z' }],
  ]);

  return {
    async secretList() {
      return [...named].map(([name, secret]) => ({
        name,
        state: secret.value === null ? 'missing' : 'present',
        updated_at: secret.at,
        used_by: world.products.flatMap((product) =>
          product.databases.flatMap((database) =>
            database.envs
              .filter((config) => config.references.includes(name.split('@')[0] ?? ''))
              .map((config) => `${database.tag}@${config.slug}`),
          ),
        ),
      }));
    },
    async secretSet(name, value) {
      if (!/^[A-Za-z_][A-Za-z0-9_.-]{0,127}(@[a-z][a-z0-9-]{1,15})?$/.test(name))
        refuseFaults([
          {
            field: 'name',
            code: 'format',
            message: 'Use letters, digits, _ . and -, starting with a letter or _.',
          },
        ]);
      named.set(name, { value, at: now() });
    },
    async secretDelete(name) {
      const secret = named.get(name);
      if (!secret) return refuse('not_found', 'That secret is gone.');
      named.delete(name);
      const activityId = world.record('delete', 'secret', name, copy(world.products));
      world.undoing.set(activityId, () => named.set(name, secret));
      return activityId;
    },
  } satisfies Partial<Platform>;
}
