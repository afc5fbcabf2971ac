/** The fake's products and their environments. */
import type { EnvironmentInput } from '../bindings/EnvironmentInput';
import type { EnvironmentView } from '../bindings/EnvironmentView';
import type { Fault } from './errors';
import {
  counted,
  nameFaults,
  type Product,
  patched,
  refuseFaults,
  refuseStale,
  type World,
} from './fake-world';
import type { Platform } from './types';

function slugFaults(slug: string | undefined, field = 'slug'): Fault[] {
  if (slug === undefined || /^[a-z][a-z0-9-]{1,15}$/.test(slug)) return [];
  return [{ field, code: 'format', message: 'Use 2 to 16 lowercase letters, digits and hyphens.' }];
}

function environmentFaults(input: { env_name?: string; slug?: string }): Fault[] {
  const faults = slugFaults(input.slug);
  if (input.env_name === undefined || input.env_name.trim()) return faults;
  return [{ field: 'env_name', code: 'required', message: 'Give it a name.' }, ...faults];
}

export function fakeProducts(world: World) {
  const madeOf = (input: EnvironmentInput, order: number): EnvironmentView => ({
    id: world.id(),
    env_name: input.env_name,
    slug: input.slug,
    description: input.description ?? null,
    order,
    active: input.active ?? true,
    class: input.class ?? 'production',
    revision: 1,
  });

  return {
    productList: async () => world.products.map(counted),
    async productCreate(input) {
      const environments = input.environments ?? [];
      refuseFaults([
        ...nameFaults(
          input,
          world.products.map(({ view }) => view),
        ),
        ...environments.flatMap(({ slug }, index) => slugFaults(slug, `environments[${index}].slug`)),
      ]);
      return world.change('create', 'product', () => {
        const product: Product = {
          view: {
            id: world.id(),
            tag: input.tag,
            name: input.name,
            description: input.description ?? null,
            revision: 1,
            environments: 0,
            databases: 0,
          },
          environments: environments.map(madeOf),
          databases: [],
        };
        world.products = [...world.products, product];
        return counted(product);
      });
    },
    async productSample() {
      return world.change('create', 'product', () => {
        const tags = world.products.map(({ view }) => view.tag);
        const number = [1, 2, 3, 4, 5].find(
          (count) => !tags.includes(count === 1 ? 'sample' : `sample-${count}`),
        );
        const product: Product = {
          view: {
            id: world.id(),
            tag: number === 1 ? 'sample' : `sample-${number}`,
            name: 'Sample shop',
            description: null,
            revision: 1,
            environments: 1,
            databases: 0,
          },
          environments: [madeOf({ env_name: 'Development', slug: 'dev', class: 'development' }, 0)],
          databases: [],
        };
        world.products = [...world.products, product];
        return counted(product);
      });
    },
    async productUpdate(productId, patch) {
      const product = world.product(productId);
      refuseStale(product.view, patch);
      const others = world.products.filter((other) => other !== product);
      refuseFaults(
        nameFaults(
          patch,
          others.map(({ view }) => view),
        ),
      );
      return world.change('update', 'product', () => {
        product.view = patched(product.view, patch);
        return counted(product);
      });
    },
    async productDelete(productId) {
      const product = world.product(productId);
      return world.remove('product', product.view, () => {
        world.products = world.products.filter((other) => other !== product);
      });
    },
    async environmentCreate(productId, input) {
      const product = world.product(productId);
      const faults = environmentFaults(input);
      if (product.environments.some((environment) => environment.slug === input.slug))
        faults.push({ field: 'slug', code: 'taken', message: `The slug “${input.slug}” is already used.` });
      refuseFaults(faults);
      const make = () => {
        const environment = madeOf(input, product.environments.length);
        product.environments = [...product.environments, environment];
        return environment;
      };
      const hints = input.slug.length === 3 ? [] : ['Slugs are usually three letters.'];
      return world.change('create', 'environment', make, hints);
    },
    async environmentUpdate(environmentId, patch) {
      const [product, environment] = world.environment(environmentId);
      refuseStale(environment, patch);
      refuseFaults(environmentFaults(patch));
      return world.change('update', 'environment', () => {
        const next = patched(environment, patch);
        for (const database of product.databases)
          for (const config of database.envs) if (config.slug === environment.slug) config.slug = next.slug;
        product.environments = product.environments.map((other) => (other === environment ? next : other));
        return next;
      });
    },
    async environmentReorder(productId, ids) {
      const product = world.product(productId);
      product.environments = ids.map((environmentId, order) => ({
        ...world.environment(environmentId)[1],
        order,
      }));
      world.tell();
    },
    async environmentDelete(environmentId) {
      const [product, environment] = world.environment(environmentId);
      return world.remove('environment', environment, () => {
        product.environments = product.environments.filter((other) => other !== environment);
        for (const database of product.databases)
          database.envs = database.envs.filter((config) => config.slug !== environment.slug);
      });
    },
  } satisfies Partial<Platform>;
}
