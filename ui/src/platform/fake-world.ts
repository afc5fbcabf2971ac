/** What the fake keeps, how it finds, refuses and writes; the other files of the fake say what each command does with it. */
import type { ActionRecordInput } from '../bindings/ActionRecordInput';
import type { ActivityView } from '../bindings/ActivityView';
import type { Changed } from '../bindings/Changed';
import type { ConfigView } from '../bindings/ConfigView';
import type { CredentialStateView } from '../bindings/CredentialStateView';
import type { DatabaseView } from '../bindings/DatabaseView';
import type { EnvironmentView } from '../bindings/EnvironmentView';
import type { MigrationInput } from '../bindings/MigrationInput';
import type { ProductView } from '../bindings/ProductView';
import type { SecretPlace } from '../bindings/SecretPlace';
import type { Settings } from '../bindings/Settings';
import type { TestResult } from '../bindings/TestResult';
import type { AppError, ConflictChange, Fault } from './errors';
import { cellTest } from './packed';

export interface StoredAction {
  id: string;
  /** As the editor has it: the templates are texts. */
  input: ActionRecordInput;
  /** Another one after each change. */
  fingerprint: string;
}

export interface StoredMigration {
  id: string;
  /** As the editor has it: the statements are texts. */
  input: MigrationInput;
  fingerprint: string;
  created_at: string;
  updated_at: string;
}

export interface Product {
  view: ProductView;
  environments: EnvironmentView[];
  databases: DatabaseView[];
  /** By the database's id. */
  actions?: Record<string, StoredAction[]>;
  migrations?: Record<string, StoredMigration[]>;
}

type Subject = 'product' | 'environment' | 'database' | 'action' | 'migration' | 'secret';
type Labelled = { name: string } | { env_name: string };

export function refuse(code: string, message: string, detail?: unknown): never {
  const error: AppError = { code, message, detail, retryable: false };
  throw error;
}

export function refuseFaults(faults: Fault[]): void {
  if (faults.length > 0) refuse('validation', `${faults.length} fields need attention.`, { faults });
}

export function nameFaults(input: { name?: string; tag?: string }, others: { tag: string }[]): Fault[] {
  const faults: Fault[] = [];
  if (input.name !== undefined && input.name.trim() === '')
    faults.push({ field: 'name', code: 'required', message: 'Give it a name.' });
  if (input.tag !== undefined && !/^[a-z0-9][a-z0-9_-]{0,62}$/.test(input.tag))
    faults.push({
      field: 'tag',
      code: 'format',
      message: 'Use lowercase letters, digits, - and _, starting with a letter or digit.',
    });
  if (others.some((other) => other.tag === input.tag))
    faults.push({ field: 'tag', code: 'taken', message: `The tag “${input.tag}” is already used.` });
  return faults;
}

/** A patch is refused when the record is no longer at the revision it was made from. */
export function refuseStale(stored: { revision: number }, patch: { revision?: number }): void {
  const { revision } = stored;
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

/** A record with a patch in it, one revision on. */
export function patched<T extends { revision: number }>(stored: T, patch: NoInfer<Partial<T>>): T {
  return { ...stored, ...patch, revision: stored.revision + 1 };
}

export const copy = <T>(value: T): T => structuredClone(value);

export const now = (): string => new Date().toISOString();

/** The product as it is told, with its parts counted. */
export const counted = ({ view, environments, databases }: Product): ProductView => ({
  ...view,
  environments: environments.length,
  databases: databases.length,
});

export const byName = (a: { name: string }, b: { name: string }): number => a.name.localeCompare(b.name);

export class World {
  products: Product[] = [];
  activity: (ActivityView & { restore: Product[] | null })[] = [];
  settings: Settings;
  readonly listeners = new Set<() => void>();
  /** The name of a file that the program was opened with, until the page was told. */
  given: string | null = null;
  readonly givenListeners = new Set<() => void>();
  /** How a test of a config ends, by its id. */
  readonly outcomes = new Map<string, string>();
  readonly lastTests = new Map<string, TestResult>();
  /** Secrets by slot, by the config's id. */
  readonly passwords = new Map<string, Record<string, string>>();
  /** Where passwords are kept. */
  readonly secretPlace: {
    place: SecretPlace;
    usable: boolean;
    /** The vault’s; null where there is none. */
    passphrase: string | null;
    unlocked: boolean;
    /** All of them, but those of these cells. */
    lost: boolean;
    entered: Set<string>;
  };
  readonly #pace: number;
  #serial = 0;

  /** Rows that every action that reads gives, of fifty columns; 0 for those of its table. */
  readonly rows: number;

  /** Whether every action that reads gives cells of ten megabytes. */
  readonly huge: boolean;

  constructor(parameters: URLSearchParams) {
    this.#pace = Number(parameters.get('pace') ?? '1');
    this.rows = Number(parameters.get('rows') ?? '0');
    this.huge = parameters.get('huge') === '1';
    const secrets = parameters.get('secrets');
    this.secretPlace = {
      place: secrets === 'vault' || secrets === 'ask' ? secrets : 'keyring',
      usable: secrets !== 'unavailable',
      passphrase: secrets === 'vault' ? 'correct horse' : null,
      unlocked: false,
      lost: secrets === 'lost' || secrets === 'ask',
      entered: new Set(),
    };
    this.settings = {
      theme: parameters.get('theme') ?? 'system',
      compact: parameters.get('compact') === '1',
      test_timeout_seconds: 10,
      keyring_timeout_seconds: 5,
      test_concurrency: 16,
      clipboard_seconds: 30,
      vault_idle_minutes: 15,
      updates: 'package',
    };
  }

  /** What is wrong with the place where passwords are kept. */
  secretPlaceFault(): 'keyring_unavailable' | 'vault_locked' | null {
    const { place, usable, unlocked } = this.secretPlace;
    if (place === 'keyring' && !usable) return 'keyring_unavailable';
    return place === 'vault' && !unlocked ? 'vault_locked' : null;
  }

  keepTest(config: ConfigView, result: TestResult): void {
    config.last_test = cellTest(result);
    this.lastTests.set(config.id, result);
  }

  /** Refuses what reads or writes a password, as the core does. */
  needSecrets(): void {
    const fault = this.secretPlaceFault();
    if (fault === 'vault_locked') refuse(fault, 'The vault file is locked. Unlock it with its passphrase.');
  }

  credentialOf(config: ConfigView): CredentialStateView {
    const { lost, entered } = this.secretPlace;
    const outcome = this.outcomes.get(config.id);
    if (!config.needs_secret) return 'none_needed';
    const fault = this.secretPlaceFault();
    if (fault !== null) return fault === 'vault_locked' ? 'locked' : 'unavailable';
    if (entered.has(config.id)) return 'present';
    if (outcome === 'missing' || lost) return 'missing';
    return outcome === 'locked' ? 'locked' : 'present';
  }

  id(): string {
    this.#serial += 1;
    return `id-${this.#serial}`;
  }

  wait(ms: number): Promise<void> {
    return new Promise((done) => setTimeout(done, ms * this.#pace));
  }

  /** Says, after the answer, that the catalog changed. */
  tell(): void {
    queueMicrotask(() => {
      for (const listener of this.listeners) listener();
    });
  }

  product(productId: string): Product {
    return (
      this.products.find(({ view }) => view.id === productId) ?? refuse('not_found', 'That product is gone.')
    );
  }

  database(databaseId: string): [Product, DatabaseView] {
    for (const product of this.products) {
      const database = product.databases.find((candidate) => candidate.id === databaseId);
      if (database) return [product, database];
    }
    return refuse('not_found', 'That database is gone.');
  }

  environment(environmentId: string): [Product, EnvironmentView] {
    for (const product of this.products) {
      const environment = product.environments.find((candidate) => candidate.id === environmentId);
      if (environment) return [product, environment];
    }
    return refuse('not_found', 'That environment is gone.');
  }

  /** What undoing an activity brings back beside the products. */
  readonly undoing = new Map<string, () => void>();

  config(configId: string): [DatabaseView, ConfigView] {
    for (const { databases } of this.products)
      for (const database of databases)
        for (const config of database.envs) if (config.id === configId) return [database, config];
    return refuse('not_found', 'That connection is gone.');
  }

  /** Adds a line to the history; `restore` is what its undo brings back. */
  record(verb: string, subject: Subject, label: string, restore: Product[] | null): string {
    const entry = {
      id: this.id(),
      at: now(),
      origin: 'window',
      verb,
      subject,
      label,
      summary: `${verb.charAt(0).toUpperCase()}${verb.slice(1)}d ${subject} ${label}.`.replace('eed', 'ed'),
      undoable: restore !== null,
      restore,
    };
    this.activity = [entry, ...this.activity];
    return entry.id;
  }

  #write<T extends Labelled>(verb: string, subject: Subject, make: () => T): [T, string] {
    const before = copy(this.products);
    const made = make();
    this.tell();
    return [made, this.record(verb, subject, 'name' in made ? made.name : made.env_name, before)];
  }

  /** One change with its undo; `make` makes it and answers the record as it is then. */
  change<T extends Labelled>(
    verb: 'create' | 'update',
    subject: Subject,
    make: () => T,
    hints: string[] = [],
  ): Changed<T> {
    const [record, activity_id] = this.#write(verb, subject, make);
    return copy({ record, activity_id, hints });
  }

  /** One deletion with its undo, which is answered. */
  remove<T extends Labelled>(subject: Subject, record: T, take: () => void): string {
    const [, activityId] = this.#write('delete', subject, () => {
      take();
      return record;
    });
    return activityId;
  }
}
