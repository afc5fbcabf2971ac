/** The fake's migrations: their records, and how far each environment is. */
import type { DatabaseView } from '../bindings/DatabaseView';
import type { MigrationCell } from '../bindings/MigrationCell';
import type { MigrationInput } from '../bindings/MigrationInput';
import type { MigrationPatchInput } from '../bindings/MigrationPatchInput';
import type { MigrationStanding } from '../bindings/MigrationStanding';
import type { MigrationSummary } from '../bindings/MigrationSummary';
import type { MigrationView } from '../bindings/MigrationView';
import type { ConflictChange, Fault } from './errors';
import { ENGINES } from './fake-data';
import { migrationsOf, type Situation, situationOf } from './fake-migration-data';
import { fakeChecksum, fakeMigrationCheck, piecesOf } from './fake-migration-text';
import {
  copy,
  nameFaults,
  now,
  type Product,
  refuse,
  refuseFaults,
  type StoredMigration,
  type World,
} from './fake-world';
import type { Platform } from './types';

/** A row of a target’s history. */
export interface Entry extends MigrationStanding {
  input: MigrationInput;
}

export interface Target {
  entries: Entry[];
  drift: boolean;
}

export function isSqlDatabase(database: { type: string }): boolean {
  return ENGINES.find((engine) => engine.type === database.type)?.template_language !== 'json';
}

const hoursAgo = (hours: number): string => new Date(Date.now() - hours * 3_600_000).toISOString();

export function plantMigrations(product: Product, world: World, parameters: URLSearchParams): void {
  product.migrations = {};
  const wanted = Number(parameters.get('migrations') ?? 'NaN');
  for (const [index, database] of product.databases.entries()) {
    const count = Number.isNaN(wanted) ? database.migrations : index === 0 || wanted === 0 ? wanted : 3;
    const list = migrationsOf(database, count).map((input, at) => ({
      id: world.id(),
      input,
      fingerprint: world.id(),
      created_at: hoursAgo(24 * (60 - at)),
      updated_at: hoursAgo(24 * (60 - at)),
    }));
    product.migrations[database.id] = list;
    database.migrations = list.length;
  }
}

function entryOf(input: MigrationInput, sql: boolean, at: number): Entry {
  const statements = piecesOf(input.texts.up, sql).length;
  return {
    tag: input.tag,
    name: input.name,
    state: 'applied',
    applied_at: hoursAgo(24 * (20 - at)),
    checksum: fakeChecksum(input.texts.up, sql),
    checksum_matches: true,
    statements_done: statements,
    statements,
    out_of_order: false,
    direction: 'up',
    under_way: null,
    by: at % 3 === 0 ? 'grace@ci-7' : 'ada@workbench',
    duration_ms: 12 + at * 7,
    tool_version: '0.1.0',
    error: null,
    input: copy(input),
  };
}

const COLLEAGUE: MigrationInput = {
  name: 'Rename emails',
  tag: 'rename-emails',
  texts: {
    up: 'ALTER TABLE users CHANGE email email_address VARCHAR(190) NOT NULL;',
    down: 'ALTER TABLE users CHANGE email_address email VARCHAR(190) NOT NULL;',
    pre: '',
    post: '',
  },
  no_transaction: false,
  waivers: [],
};

function targetOf(list: StoredMigration[], sql: boolean, situation: Situation): Target {
  const entries = list.slice(0, situation.applied).map(({ input }, at) => entryOf(input, sql, at));
  const edited = entries[(situation.edited ?? 0) - 1];
  if (edited) {
    edited.input.texts.up = edited.input.texts.up.replace('-1', '1');
    edited.checksum = fakeChecksum(`${edited.input.texts.up}{}`, sql);
  }
  const next = list[situation.applied];
  if (situation.stopped !== undefined && next)
    entries.push({
      ...entryOf(next.input, sql, situation.applied),
      state: 'failed',
      applied_at: hoursAgo(0.4),
      statements_done: situation.stopped,
      under_way: null,
      error: 'Duplicate entry “ada@example.com” for key “users_email”.',
    });
  if (situation.missing) entries.push(entryOf(COLLEAGUE, sql, situation.applied));
  return { entries, drift: situation.drift ?? false };
}

/** The state of the targets, apart from the catalog: an undo there changes nothing here. */
export class Targets {
  readonly #byConfig = new Map<string, Target>();
  /** When a cell was read last. */
  readonly read = new Map<string, string>();
  readonly errors = new Map<string, { code: string; message: string }>();
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
    for (const product of world.products)
      for (const database of product.databases)
        for (const { id, slug } of database.envs) {
          const list = product.migrations?.[database.id] ?? [];
          const situation = situationOf(database, slug, list.length);
          this.#byConfig.set(id, targetOf(list, isSqlDatabase(database), situation));
          if (situation.read !== null) this.read.set(id, hoursAgo(situation.read));
        }
  }

  of(configId: string): Target {
    const known = this.#byConfig.get(configId);
    if (known) return known;
    const made = { entries: [], drift: false };
    this.#byConfig.set(configId, made);
    return made;
  }

  list(databaseId: string): [Product, DatabaseView, StoredMigration[]] {
    const [product, database] = this.#world.database(databaseId);
    product.migrations ??= {};
    product.migrations[databaseId] ??= [];
    return [product, database, product.migrations[databaseId]];
  }

  cell(database: DatabaseView, config: { id: string; slug: string }): MigrationCell {
    const [, , list] = this.list(database.id);
    const { entries, drift } = this.of(config.id);
    const sql = isSqlDatabase(database);
    const byTag = new Map(entries.map((entry) => [entry.tag, entry]));
    const last = list.findLastIndex(({ input }) => byTag.get(input.tag)?.state === 'applied');
    const migrations: MigrationStanding[] = list.map(({ input }, at) => {
      const { input: _input, ...entry } = byTag.get(input.tag) ?? {
        ...entryOf(input, sql, at),
        state: 'pending' as const,
        applied_at: null,
        statements_done: 0,
        direction: null,
        by: null,
        duration_ms: null,
        tool_version: null,
      };
      const checksum = fakeChecksum(input.texts.up, sql);
      const there = entry.state !== 'pending' && entry.state !== 'rolled_back';
      return {
        ...entry,
        name: input.name,
        checksum,
        checksum_matches: there ? byTag.get(input.tag)?.checksum === checksum : null,
        out_of_order: !there && at < last,
      };
    });
    for (const { input, ...entry } of entries)
      if (!list.some((migration) => migration.input.tag === entry.tag) && entry.state === 'applied')
        migrations.push({ ...entry, state: 'missing', checksum_matches: null });
    const count = (of: (standing: MigrationStanding) => boolean) => migrations.filter(of).length;
    const head = list[last];
    const error = this.errors.get(config.id);
    return {
      config_id: config.id,
      database_id: database.id,
      database: database.tag,
      env: config.slug,
      head: head?.input.tag ?? null,
      head_position: head ? last + 1 : null,
      pending: count(({ state }) => state === 'pending' || state === 'rolled_back'),
      failed: count(({ state }) => state === 'failed' || state === 'started'),
      missing: count(({ state }) => state === 'missing'),
      changed: count(({ checksum_matches }) => checksum_matches === false),
      drift,
      checked_at: this.read.get(config.id) ?? now(),
      migrations,
      ...(error ? { error } : {}),
    };
  }
}

function summaryOf({ id, input }: StoredMigration, at: number, sql: boolean): MigrationSummary {
  const check = fakeMigrationCheck(input.texts, sql, input.waivers, input.no_transaction);
  return {
    id,
    tag: input.tag,
    name: input.name,
    description: input.description ?? null,
    position: at + 1,
    statements: piecesOf(input.texts.up, sql).length,
    has_down: input.texts.down.trim() !== '',
    no_transaction: input.no_transaction,
    destructive: check.warnings.some((warning) => warning.destructive),
    warnings: check.warnings.filter((warning) => warning.waived === null).length,
    checksum: fakeChecksum(input.texts.up, sql),
  };
}

function viewOf(database: DatabaseView, stored: StoredMigration, position: number): MigrationView {
  const sql = isSqlDatabase(database);
  const { id, input, fingerprint, created_at, updated_at } = stored;
  const statements = (text: string) =>
    piecesOf(text, sql).map((piece) => (sql ? piece.text : JSON.parse(piece.text)));
  return copy({
    id,
    database_id: database.id,
    record: {
      name: input.name,
      tag: input.tag,
      ...(input.description === undefined ? {} : { description: input.description }),
      value: { up: statements(input.texts.up), down: statements(input.texts.down) },
      position,
      no_transaction: input.no_transaction,
      waivers: input.waivers,
      created_at,
      updated_at,
    },
    texts: input.texts,
    checksum: fakeChecksum(input.texts.up, sql),
    fingerprint,
    check: fakeMigrationCheck(input.texts, sql, input.waivers, input.no_transaction),
  });
}

export function fakeMigrations(world: World, targets: Targets) {
  const find = (id: string): [DatabaseView, StoredMigration[], StoredMigration] => {
    for (const product of world.products)
      for (const [databaseId, list] of Object.entries(product.migrations ?? {})) {
        const stored = list.find((candidate) => candidate.id === id);
        if (stored) return [world.database(databaseId)[1], list, stored];
      }
    return refuse('not_found', 'That migration is gone.');
  };
  const faultsOf = (database: DatabaseView, input: MigrationInput, others: StoredMigration[]): Fault[] => {
    const check = fakeMigrationCheck(
      input.texts,
      isSqlDatabase(database),
      input.waivers,
      input.no_transaction,
    );
    return [
      ...nameFaults(
        input,
        others.map((other) => other.input),
      ),
      ...check.faults.map(({ side, code, message }) => ({ field: side ?? 'up', code, message })),
    ];
  };
  const changed = (verb: 'create' | 'update', databaseId: string, make: () => StoredMigration) => {
    let id = '';
    const { activity_id } = world.change(verb, 'migration', () => {
      const made = make();
      id = made.id;
      const [, database, list] = targets.list(databaseId);
      database.migrations = list.length;
      return { name: made.input.name };
    });
    const [database, list, stored] = find(id);
    return { record: viewOf(database, stored, list.indexOf(stored) + 1), activity_id, hints: [] };
  };
  const made = (input: MigrationInput): StoredMigration => ({
    id: world.id(),
    input: copy(input),
    fingerprint: world.id(),
    created_at: now(),
    updated_at: now(),
  });
  const appliedIn = (database: DatabaseView, tag: string): string[] =>
    database.envs
      .filter(({ id }) =>
        targets
          .of(id)
          .entries.some(
            (entry) => entry.tag === tag && entry.state !== 'rolled_back' && entry.state !== 'pending',
          ),
      )
      .map(({ slug }) => slug);

  return {
    async migrationList(databaseId) {
      const [, database, list] = targets.list(databaseId);
      return list.map((stored, at) => summaryOf(stored, at, isSqlDatabase(database)));
    },
    async migrationFetch(id) {
      const [database, list, stored] = find(id);
      return viewOf(database, stored, list.indexOf(stored) + 1);
    },
    async migrationCreate(databaseId, input) {
      const [, database, others] = targets.list(databaseId);
      refuseFaults(faultsOf(database, input, others));
      return changed('create', databaseId, () => {
        const stored = made(input);
        targets.list(databaseId)[2].push(stored);
        return stored;
      });
    },
    async migrationUpdate(id, patch: MigrationPatchInput) {
      const [database, list, stored] = find(id);
      const { fingerprint, accept_checksum, ...fields } = patch;
      if (fingerprint !== undefined && fingerprint !== stored.fingerprint) {
        const changes: ConflictChange[] = Object.entries(fields).map(([field, yours]) => ({
          field,
          base: null,
          current: (stored.input as Record<string, unknown>)[field] ?? null,
          yours,
        }));
        refuse('conflict', 'Somebody changed this meanwhile.', {
          revision: null,
          current_fingerprint: stored.fingerprint,
          changes,
        });
      }
      const next = { ...stored.input, ...fields } as MigrationInput;
      if (fields.description === null) delete next.description;
      refuseFaults(
        faultsOf(
          database,
          next,
          list.filter((other) => other !== stored),
        ),
      );
      const sql = isSqlDatabase(database);
      const environments = appliedIn(database, stored.input.tag);
      if (
        fakeChecksum(next.texts.up, sql) !== fakeChecksum(stored.input.texts.up, sql) &&
        environments.length > 0 &&
        accept_checksum !== database.tag
      )
        refuse(
          'refused',
          `It is applied in ${environments.join(', ')}. Look at the difference, then confirm with the database's tag.`,
          { guard: 'checksum', confirm: database.tag, applied: environments, notes: [] },
        );
      return changed('update', database.id, () => {
        const [, , present] = find(id);
        Object.assign(present, { input: next, fingerprint: world.id(), updated_at: now() });
        return present;
      });
    },
    async migrationDelete(id) {
      const [database, , stored] = find(id);
      const environments = appliedIn(database, stored.input.tag);
      if (environments.length > 0)
        refuse('refused', `It is applied in ${environments.join(', ')}. Roll it back there first.`, {
          applied: environments,
        });
      return world.remove('migration', { name: stored.input.name }, () => {
        const [, present, list] = targets.list(database.id);
        list.splice(
          list.findIndex((other) => other.id === id),
          1,
        );
        present.migrations = list.length;
      });
    },
    async migrationOrder(databaseId, ids) {
      const [, database, list] = targets.list(databaseId);
      const moved = list.filter((stored, at) => ids[at] !== stored.id);
      const fixed = moved.find(({ input }) => appliedIn(database, input.tag).length > 0);
      if (fixed)
        refuse(
          'refused',
          `“${fixed.input.name}” is applied somewhere. Only what is applied nowhere can be moved.`,
        );
      const { activity_id } = world.change('update', 'migration', () => {
        const [product, , present] = targets.list(databaseId);
        const rank = new Map(ids.map((id, index) => [id, index]));
        product.migrations = {
          ...product.migrations,
          [databaseId]: [...present].sort((a, b) => (rank.get(a.id) ?? 0) - (rank.get(b.id) ?? 0)),
        };
        return { name: `of ${database.name}` };
      });
      const [, , after] = targets.list(databaseId);
      return {
        record: after.map((stored, at) => summaryOf(stored, at, isSqlDatabase(database))),
        activity_id,
        hints: [],
      };
    },
    async migrationCheck(draft) {
      const [, database] = world.database(draft.database_id);
      return fakeMigrationCheck(draft.texts, isSqlDatabase(database), draft.waivers, draft.no_transaction);
    },
    async migrationAdopt(databaseId, env, tag) {
      const [, database] = world.database(databaseId);
      const config = database.envs.find(({ slug }) => slug === env);
      const entry = targets.of(config?.id ?? '').entries.find((candidate) => candidate.tag === tag);
      if (!entry) return refuse('not_found', 'It is not in that target.');
      return changed('create', databaseId, () => {
        const stored = made(entry.input);
        targets.list(databaseId)[2].push(stored);
        return stored;
      });
    },
  } satisfies Partial<Platform>;
}
