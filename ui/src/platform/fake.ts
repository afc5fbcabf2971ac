/**
 * An in-memory Tapedeck for Vitest and for looking at screens in an ordinary browser.
 * It keeps the contract's edges (revisions, faults by field, masks), and is never in the production bundle.
 */
import type { ActivityView } from '../bindings/ActivityView';
import type { Changed } from '../bindings/Changed';
import type { ConfigInput } from '../bindings/ConfigInput';
import type { ConfigView } from '../bindings/ConfigView';
import type { CredentialStateView } from '../bindings/CredentialStateView';
import type { DatabaseView } from '../bindings/DatabaseView';
import type { EnvironmentView } from '../bindings/EnvironmentView';
import type { ProductView } from '../bindings/ProductView';
import type { Settings } from '../bindings/Settings';
import type { TestEvent } from '../bindings/TestEvent';
import type { AppError, ConflictChange, Fault } from './errors';
import { ENGINES, fakeResult, seedOf } from './fake-data';
import { fakeComplete, fakeEdit, fakeExtract, fakeInspect } from './fake-url';
import { fakeCompare, fakeCopy, fakeFormat } from './fake-url-tools';
import type { Platform } from './types';

interface Product {
  view: ProductView;
  environments: EnvironmentView[];
  databases: DatabaseView[];
}

const TAG = /^[a-z0-9][a-z0-9_-]{0,62}$/;
const SLUG = /^[a-z][a-z0-9-]{1,15}$/;

function refuse(code: string, message: string, detail?: unknown): never {
  const error: AppError = { code, message, detail, retryable: false };
  throw error;
}

function refuseFaults(faults: Fault[]): void {
  if (faults.length > 0) refuse('validation', `${faults.length} fields need attention.`, { faults });
}

export function createFake(query = ''): Platform & { bumpRevision(databaseId: string, name: string): void } {
  const parameters = new URLSearchParams(query);
  const pace = Number(parameters.get('pace') ?? '1');
  let serial = 0;
  const id = (): string => `id-${++serial}`;
  const now = (): string => new Date().toISOString();
  const listeners = new Set<() => void>();
  const outcomes = new Map<string, string>();
  const passwords = new Map<string, Record<string, string>>();
  const named = new Map<string, { value: string | null; at: string }>([
    ['ORDERS_PASSWORD', { value: null, at: '2026-11-02T09:12:00Z' }],
    ['ORDERS_PASSWORD@stg', { value: 'x', at: '2026-11-02T09:12:00Z' }],
  ]);
  const cancelled = new Set<string>();
  let products: Product[] = [];
  let activity: (ActivityView & { restore: Product[] | null })[] = [];
  let settings: Settings = {
    theme: parameters.get('theme') ?? 'system',
    compact: parameters.get('compact') === '1',
    test_timeout_seconds: 10,
    keyring_timeout_seconds: 5,
    test_concurrency: 16,
    clipboard_seconds: 30,
  };

  const copy = <T>(value: T): T => structuredClone(value);
  const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms * pace));
  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  const productOf = (productId: string): Product =>
    products.find((product) => product.view.id === productId) ?? refuse('not_found', 'That product is gone.');
  const databaseOf = (databaseId: string): [Product, DatabaseView] => {
    for (const product of products) {
      const database = product.databases.find((candidate) => candidate.id === databaseId);
      if (database) return [product, database];
    }
    return refuse('not_found', 'That database is gone.');
  };
  const environmentOf = (environmentId: string): [Product, EnvironmentView] => {
    for (const product of products) {
      const environment = product.environments.find((candidate) => candidate.id === environmentId);
      if (environment) return [product, environment];
    }
    return refuse('not_found', 'That environment is gone.');
  };
  const configOf = (configId: string): [DatabaseView, ConfigView] => {
    for (const product of products)
      for (const database of product.databases)
        for (const config of database.envs) if (config.id === configId) return [database, config];
    return refuse('not_found', 'That connection is gone.');
  };
  const count = (product: Product): ProductView => ({
    ...product.view,
    environments: product.environments.length,
    databases: product.databases.length,
  });
  const record = (verb: string, subject: string, label: string, before: Product[] | null): string => {
    const entry = {
      id: id(),
      at: now(),
      origin: 'window',
      verb,
      subject,
      label,
      summary: `${verb.charAt(0).toUpperCase()}${verb.slice(1)}d ${subject} ${label}.`.replace('eed', 'ed'),
      undoable: before !== null,
      restore: before,
    };
    activity = [entry, ...activity];
    return entry.id;
  };
  const changed = <T>(value: T, activityId: string, hints: string[] = []): Changed<T> => {
    queueMicrotask(tell);
    return copy({ record: value, activity_id: activityId, hints });
  };

  function makeConfig(
    database: { type: string; envs: ConfigView[] },
    input: ConfigInput,
    outcome?: string,
  ): ConfigView {
    const inspection = fakeInspect(input.connection_url, database.type);
    const { masked, secrets } = fakeExtract(input.connection_url);
    const existing = database.envs.find((config) => config.slug === input.slug);
    const config: ConfigView = {
      id: existing?.id ?? id(),
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

  function nameFaults(input: { name?: string; tag?: string }, taken: string[]): Fault[] {
    const faults: Fault[] = [];
    if (input.name !== undefined && input.name.trim() === '')
      faults.push({ field: 'name', code: 'required', message: 'Give it a name.' });
    if (input.tag !== undefined && !TAG.test(input.tag))
      faults.push({
        field: 'tag',
        code: 'format',
        message: 'Use lowercase letters, digits, - and _, starting with a letter or digit.',
      });
    if (input.tag !== undefined && taken.includes(input.tag))
      faults.push({ field: 'tag', code: 'taken', message: `The tag “${input.tag}” is already used.` });
    return faults;
  }

  function conflictIn(stored: object, patch: { revision?: number }, revision: number): void {
    if (patch.revision === undefined || patch.revision === revision) return;
    const changes: ConflictChange[] = Object.entries(patch)
      .filter(([field]) => field !== 'revision')
      .map(([field, yours]) => ({
        field,
        base: null,
        current: (stored as Record<string, unknown>)[field] ?? null,
        yours,
      }));
    refuse('conflict', 'Somebody changed this meanwhile.', { revision, changes });
  }

  for (const seed of seedOf(parameters.get('fake') ?? 'three')) {
    const product: Product = {
      view: { id: id(), ...seed.product, revision: 1, environments: 0, databases: 0 },
      environments: seed.environments.map((environment, order) => ({
        id: id(),
        description: null,
        order,
        revision: 1,
        ...environment,
      })),
      databases: [],
    };
    product.databases = seed.databases
      .map((item): DatabaseView => {
        const database: DatabaseView = {
          id: id(),
          name: item.name,
          tag: item.tag,
          type: item.type,
          description: item.description,
          envs: [],
          actions: item.actions,
          migrations: item.migrations,
          revision: 1,
          created_at: '2026-10-04T08:30:00Z',
          updated_at: '2026-11-20T15:02:00Z',
        };
        for (const [slug, url, outcome] of item.cells) {
          const config = makeConfig(database, { slug, connection_url: url }, outcome);
          if (outcome === 'ok' || outcome === 'auth' || outcome === 'tcp')
            config.last_test = fakeResult(database, slug, outcome);
          database.envs.push(config);
        }
        return database;
      })
      .sort((a, b) => a.name.localeCompare(b.name));
    products.push(product);
  }
  if (products.length > 0) {
    record('create', 'product', products[0]?.view.name ?? '', null);
    record('test', 'database', 'Orders', null);
  }

  async function runOne(
    runId: string,
    key: string,
    database: { tag: string; type: string },
    env: string,
    outcome: string,
    emit: (event: TestEvent) => void,
  ) {
    emit({ kind: 'started', config_id: key });
    const result = {
      ...fakeResult(database, env, outcome === 'missing' ? 'secret' : outcome),
      tested_at: now(),
    };
    for (const { stage } of result.stages) {
      if (cancelled.has(runId) || cancelled.has(`${runId}/${key}`)) return null;
      emit({ kind: 'stage', config_id: key, stage });
      await wait(stage === 'tcp' ? 60 : 12);
    }
    return result;
  }

  const fake: Platform & { bumpRevision(databaseId: string, name: string): void } = {
    appBootstrap: async () => ({
      version: '0.1.0',
      data_dir: '/home/ada/.local/share/tapedeck',
      platform: 'linux',
      engines: ENGINES,
      settings: copy(settings),
      products: products.map(count),
    }),
    productList: async () => products.map(count),
    async productCreate(input) {
      const faults = nameFaults(
        input,
        products.map((product) => product.view.tag),
      );
      for (const [index, environment] of (input.environments ?? []).entries())
        if (!SLUG.test(environment.slug))
          faults.push({
            field: `environments[${index}].slug`,
            code: 'format',
            message: 'Use 2 to 16 lowercase letters, digits and hyphens.',
          });
      refuseFaults(faults);
      const before = copy(products);
      const product: Product = {
        view: {
          id: id(),
          tag: input.tag,
          name: input.name,
          description: input.description ?? null,
          revision: 1,
          environments: 0,
          databases: 0,
        },
        environments: (input.environments ?? []).map((environment, order) => ({
          id: id(),
          env_name: environment.env_name,
          slug: environment.slug,
          description: environment.description ?? null,
          order,
          active: environment.active ?? true,
          class: environment.class ?? 'production',
          revision: 1,
        })),
        databases: [],
      };
      products = [...products, product];
      return changed(count(product), record('create', 'product', input.name, before));
    },
    async productUpdate(productId, patch) {
      const product = productOf(productId);
      conflictIn(product.view, patch, product.view.revision);
      refuseFaults(
        nameFaults(
          patch,
          products.filter((other) => other !== product).map((other) => other.view.tag),
        ),
      );
      const before = copy(products);
      const { revision: _revision, ...fields } = patch;
      product.view = { ...product.view, ...fields, revision: product.view.revision + 1 };
      return changed(count(product), record('update', 'product', product.view.name, before));
    },
    async productDelete(productId) {
      const product = productOf(productId);
      const before = copy(products);
      products = products.filter((other) => other !== product);
      queueMicrotask(tell);
      return record('delete', 'product', product.view.name, before);
    },
    async environmentCreate(productId, input) {
      const product = productOf(productId);
      const faults: Fault[] = [];
      if (!input.env_name.trim())
        faults.push({ field: 'env_name', code: 'required', message: 'Give it a name.' });
      if (!SLUG.test(input.slug))
        faults.push({
          field: 'slug',
          code: 'format',
          message: 'Use 2 to 16 lowercase letters, digits and hyphens.',
        });
      if (product.environments.some((environment) => environment.slug === input.slug))
        faults.push({ field: 'slug', code: 'taken', message: `The slug “${input.slug}” is already used.` });
      refuseFaults(faults);
      const before = copy(products);
      const environment: EnvironmentView = {
        id: id(),
        env_name: input.env_name,
        slug: input.slug,
        description: input.description ?? null,
        order: product.environments.length,
        active: input.active ?? true,
        class: input.class ?? 'production',
        revision: 1,
      };
      product.environments = [...product.environments, environment];
      const hints = environment.slug.length === 3 ? [] : ['Slugs are usually three letters.'];
      return changed(environment, record('create', 'environment', environment.env_name, before), hints);
    },
    async environmentUpdate(environmentId, patch) {
      const [product, environment] = environmentOf(environmentId);
      conflictIn(environment, patch, environment.revision);
      if (patch.env_name !== undefined && !patch.env_name.trim())
        refuseFaults([{ field: 'env_name', code: 'required', message: 'Give it a name.' }]);
      if (patch.slug !== undefined && !SLUG.test(patch.slug))
        refuseFaults([
          { field: 'slug', code: 'format', message: 'Use 2 to 16 lowercase letters, digits and hyphens.' },
        ]);
      const before = copy(products);
      const { revision: _revision, ...fields } = patch;
      const next = { ...environment, ...fields, revision: environment.revision + 1 };
      for (const database of product.databases)
        for (const config of database.envs) if (config.slug === environment.slug) config.slug = next.slug;
      product.environments = product.environments.map((other) => (other === environment ? next : other));
      return changed(next, record('update', 'environment', next.env_name, before));
    },
    async environmentReorder(productId, ids) {
      const product = productOf(productId);
      product.environments = ids.map((environmentId, order) => ({
        ...environmentOf(environmentId)[1],
        order,
      }));
      queueMicrotask(tell);
    },
    async environmentDelete(environmentId) {
      const [product, environment] = environmentOf(environmentId);
      const before = copy(products);
      product.environments = product.environments.filter((other) => other !== environment);
      for (const database of product.databases)
        database.envs = database.envs.filter((config) => config.slug !== environment.slug);
      queueMicrotask(tell);
      return record('delete', 'environment', environment.env_name, before);
    },
    async databaseCreate(productId, input) {
      const product = productOf(productId);
      const faults = [
        ...nameFaults(
          input,
          product.databases.map((database) => database.tag),
        ),
        ...configFaults(product, input.type, input.envs),
      ];
      if (input.envs.length === 0)
        faults.push({
          field: 'envs',
          code: 'required',
          message: 'Give at least one environment its connection URL.',
        });
      refuseFaults(faults);
      const before = copy(products);
      const database: DatabaseView = {
        id: id(),
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
      database.envs = input.envs.map((config) => makeConfig(database, config));
      product.databases = [...product.databases, database].sort((a, b) => a.name.localeCompare(b.name));
      return changed(database, record('create', 'database', database.name, before));
    },
    async databaseUpdate(databaseId, patch) {
      const [product, database] = databaseOf(databaseId);
      conflictIn(database, patch, database.revision);
      refuseFaults([
        ...nameFaults(
          patch,
          product.databases.filter((other) => other !== database).map((other) => other.tag),
        ),
        ...configFaults(product, database.type, patch.envs ?? []),
      ]);
      const before = copy(products);
      const { revision: _revision, envs = [], remove_envs = [], ...fields } = patch;
      Object.assign(database, fields, { revision: database.revision + 1, updated_at: now() });
      for (const input of envs) {
        const config = makeConfig(database, input);
        database.envs = [...database.envs.filter((other) => other.slug !== input.slug), config];
      }
      database.envs = database.envs.filter((config) => !remove_envs.includes(config.slug));
      return changed(database, record('update', 'database', database.name, before));
    },
    async databaseDelete(databaseId) {
      const [product, database] = databaseOf(databaseId);
      const before = copy(products);
      product.databases = product.databases.filter((other) => other !== database);
      queueMicrotask(tell);
      return record('delete', 'database', database.name, before);
    },
    async matrixLoad(productId) {
      const product = productOf(productId);
      return copy({
        product: count(product),
        environments: product.environments,
        databases: product.databases,
      });
    },
    async credentialsCheck(productId) {
      await wait(20);
      const cells = productOf(productId).databases.flatMap((database) =>
        database.envs.map((config) => {
          const outcome = outcomes.get(config.id);
          let state: CredentialStateView = 'present';
          if (!config.needs_secret) state = 'none_needed';
          else if (outcome === 'missing') state = 'missing';
          else if (outcome === 'locked') state = 'locked';
          return {
            config_id: config.id,
            state,
            missing: state === 'missing' ? config.references.map((key) => `$Secret{${key}}`) : [],
          };
        }),
      );
      const locked = cells.some((cell) => cell.state === 'locked');
      return {
        cells,
        keyring_message: locked ? 'The keyring is locked. Unlock it, then check again.' : null,
      };
    },
    urlInspect: async (text, databaseType) => fakeInspect(text, databaseType),
    urlEdit: async (text, _databaseType, edit) => fakeEdit(text, edit),
    async urlReveal(configId) {
      const [, config] = configOf(configId);
      const stored = passwords.get(configId) ?? {};
      let text = config.connection_url;
      for (const span of [...fakeInspect(text, null).secret_spans].reverse())
        if (span.state === 'kept')
          text = `${text.slice(0, span.start)}${encodeURIComponent(stored[span.slot] ?? '')}${text.slice(span.end)}`;
      return { connection_url: text };
    },
    async urlCopy(configId) {
      configOf(configId);
    },
    urlComplete: async (text, databaseType, offset) =>
      fakeComplete(text, ENGINES.find((engine) => engine.type === databaseType)?.options ?? [], offset),
    async urlCompare(databaseId, left, right) {
      const [, database] = databaseOf(databaseId);
      const config = (slug: string) => database.envs.find((candidate) => candidate.slug === slug);
      const [one, other] = [config(left.slug), config(right.slug)];
      const password = (id: string | undefined) => passwords.get(id ?? '')?.password;
      const [mine, yours] = [password(one?.id), password(other?.id)];
      return fakeCompare(
        left.text ?? one?.connection_url ?? '',
        right.text ?? other?.connection_url ?? '',
        mine === undefined || yours === undefined ? null : mine === yours,
      );
    },
    async urlCopyPreview(request) {
      const [database, source] = configOf(request.config_id);
      return request.targets.map((target) => {
        const there = database.envs.find((config) => config.slug === target.slug);
        return fakeCopy(
          { ...source, type: database.type },
          there ? { ...there, password: passwords.get(there.id)?.password !== undefined } : null,
          request,
          target,
        );
      });
    },
    async urlCopyApply(request, revision) {
      const [database, source] = configOf(request.config_id);
      return fake.databaseUpdate(database.id, {
        envs: request.targets.map((target) => ({
          slug: target.slug,
          connection_url: fakeCopy({ ...source, type: database.type }, null, request, target).after,
          ...(request.with_secrets ? { copy_from: source.id } : {}),
        })),
        revision,
      });
    },
    urlFormat: async (configId, text, formatId) =>
      fakeFormat(text ?? configOf(configId)[1].connection_url, formatId),
    async urlFormatCopy(configId) {
      configOf(configId);
    },
    async testStart(request, onEvent) {
      const product = productOf(request.product_id);
      const wanted = request.config_ids ? new Set(request.config_ids) : null;
      const queue = product.databases.flatMap((database) =>
        database.envs
          .filter((config) => wanted === null || wanted.has(config.id))
          .map((config) => [database, config] as const),
      );
      const totals = { connected: 0, failed: 0, cancelled: 0, skipped: 0 };
      const worker = async (): Promise<void> => {
        for (let next = queue.shift(); next; next = queue.shift()) {
          const [database, config] = next;
          if (!product.environments.find((environment) => environment.slug === config.slug)?.active) {
            totals.skipped += 1;
            continue;
          }
          if (cancelled.has(request.run_id)) {
            totals.cancelled += 1;
            continue;
          }
          const result = await runOne(
            request.run_id,
            config.id,
            database,
            config.slug,
            outcomes.get(config.id) ?? 'ok',
            onEvent,
          );
          if (result === null) {
            totals.cancelled += 1;
            continue;
          }
          config.last_test = result;
          totals[result.connected ? 'connected' : 'failed'] += 1;
          onEvent({ kind: 'finished', config_id: config.id, result });
        }
      };
      await Promise.all(Array.from({ length: settings.test_concurrency }, worker));
      onEvent({ kind: 'done', ...totals });
    },
    async testDraft(request, onEvent) {
      const outcome = request.config.connection_url.includes('wrong') ? 'auth' : 'ok';
      const result = await runOne(
        request.run_id,
        'draft',
        { tag: 'draft', type: request.type },
        request.config.slug,
        outcome,
        onEvent,
      );
      return result ?? refuse('cancelled', 'Cancelled.');
    },
    async testCancel(runId, configId) {
      cancelled.add(configId === null ? runId : `${runId}/${configId}`);
    },
    async secretList() {
      return [...named].map(([name, secret]) => ({
        name,
        state: secret.value === null ? 'missing' : 'present',
        updated_at: secret.at,
        used_by: products.flatMap((product) =>
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
      named.delete(name);
    },
    async activityList(before, limit) {
      const start = before === null ? 0 : activity.findIndex((entry) => entry.id === before) + 1;
      return activity.slice(start, start + limit).map(({ restore: _restore, ...entry }) => entry);
    },
    async activityUndo(activityId) {
      const entry = activity.find((candidate) => candidate.id === activityId);
      if (!entry?.restore) return refuse('not_found', 'There is nothing left to undo.');
      products = copy(entry.restore);
      activity = activity.map((other) => (other === entry ? { ...other, undoable: false } : other));
      queueMicrotask(tell);
    },
    async settingsUpdate(next) {
      settings = copy(next);
      return copy(settings);
    },
    exportSave: async () => '/home/ada/shop.tapedeck.json',
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
              { field: 'description', before: 'Carts, orders, payments.', after: 'Carts and orders.' },
              {
                field: 'envs.stg.connection_url',
                before: 'postgresql://app:***@stg-db.internal/orders',
                after: 'postgresql://app:***@stg-db-2.internal/orders',
              },
            ],
          },
          { subject: 'database', address: 'shop/users', change: 'same', fields: [] },
        ],
        warnings: ['Unknown field “owner” of database ledger is kept.'],
        secrets: 3,
        applied: false,
      },
    }),
    importApply: async () => ({ products: ['shop'], steps: [], warnings: [], secrets: 3, applied: true }),
    fileChoose: async (folder) => (folder ? '/home/ada/certificates' : '/home/ada/certificates/root.crt'),
    windowNew: async () => undefined,
    dataFolderOpen: async () => undefined,
    onCatalogChanged(callback) {
      listeners.add(callback);
      return () => listeners.delete(callback);
    },
    bumpRevision(databaseId, name) {
      const [, database] = databaseOf(databaseId);
      Object.assign(database, { name, revision: database.revision + 1 });
    },
  };
  return fake;
}
