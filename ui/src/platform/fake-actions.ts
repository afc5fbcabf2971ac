/** The fake's actions: their records, and runs that are quick, slow, refused, failed or of unknown fate. */
import type { ActionInputs } from '../bindings/ActionInputs';
import type { ActionPatchInput } from '../bindings/ActionPatchInput';
import type { ActionPlan } from '../bindings/ActionPlan';
import type { ActionRecordInput } from '../bindings/ActionRecordInput';
import type { ActionSummary } from '../bindings/ActionSummary';
import type { ActionView } from '../bindings/ActionView';
import type { DatabaseView } from '../bindings/DatabaseView';
import type { EnvironmentView } from '../bindings/EnvironmentView';
import type { RunEvent } from '../bindings/RunEvent';
import type { RunPage } from '../bindings/RunPage';
import type { AppError, ConflictChange, Fault } from './errors';
import { actionsOf, hugeTable, longActions, tableOf, wideTable } from './fake-action-data';
import { fakeCheck, fakeInputs } from './fake-action-text';
import { ENGINES } from './fake-data';
import {
  copy,
  nameFaults,
  type Product,
  refuse,
  refuseFaults,
  type StoredAction,
  type World,
} from './fake-world';
import type { Platform } from './types';

const SERVERS: Record<string, string> = {
  postgresql: 'PostgreSQL 15.18',
  mysql: 'MariaDB 10.11.6',
  mongodb: 'MongoDB 8.2.1',
};

/** Gives every database of a product its actions. */
export function plantActions(world: World, product: Product, which: string | null): void {
  product.actions = {};
  for (const database of product.databases) {
    const inputs =
      which === 'none' ? [] : which === 'long' ? longActions(database.type) : actionsOf(database);
    product.actions[database.id] = inputs.map((input) => ({
      id: world.id(),
      input,
      fingerprint: world.id(),
    }));
    database.actions = inputs.length;
  }
}

interface OpenRun {
  cancelled: boolean;
  table: ReturnType<typeof tableOf>;
  page: RunPage;
}

interface Found {
  product: Product;
  database: DatabaseView;
  list: StoredAction[];
  action: StoredAction;
}

function isSql(database: DatabaseView): boolean {
  return ENGINES.find((engine) => engine.type === database.type)?.template_language !== 'json';
}

function summaryOf(database: DatabaseView, { id, input }: StoredAction): ActionSummary {
  const check = fakeCheck(input, isSql(database));
  return {
    id,
    tag: input.tag,
    name: input.name,
    table_name: input.tableName,
    type: input.type,
    description: input.description ?? null,
    writes: check.writes,
    runnable: check.faults.length === 0,
  };
}

/** The two lists of a record, side by side. */
function samplesOf({ data = [], filterData = [] }: ActionRecordInput): string[] {
  return Array.from({ length: Math.max(data.length, filterData.length) }, (_, index) =>
    JSON.stringify({ data: data[index] ?? {}, filter: filterData[index] ?? {} }),
  );
}

function viewOf(database: DatabaseView, { id, input, fingerprint }: StoredAction): ActionView {
  const samples = samplesOf(input);
  return copy({
    id,
    database_id: database.id,
    record: input,
    template_text: input.template,
    filter_text: input.filterTemplate ?? null,
    samples,
    fingerprint,
    check: fakeCheck({ ...input, samples }, isSql(database)),
  });
}

function actionFaults(database: DatabaseView, input: ActionRecordInput, others: StoredAction[]): Fault[] {
  const faults = nameFaults(
    input,
    others.map((other) => other.input),
  );
  if (input.tableName.trim() === '')
    faults.push({ field: 'tableName', code: 'required', message: 'Name the table or collection.' });
  const { faults: found } = fakeCheck(input, isSql(database));
  for (const fault of found) {
    const field = fault.side === null ? 'type' : fault.side === 'data' ? 'template' : 'filterTemplate';
    faults.push({ field, code: fault.code, message: fault.message });
  }
  return faults;
}

const NULLABLE = ['filterTemplate', 'description', 'data', 'filterData'] as const;

function applied(input: ActionRecordInput, patch: ActionPatchInput): ActionRecordInput {
  const { fingerprint: _fingerprint, ...fields } = patch;
  const next = { ...input, ...fields } as ActionRecordInput;
  for (const field of NULLABLE) if (patch[field] === null) delete next[field];
  return next;
}

export function fakeActions(world: World) {
  const runs = new Map<string, OpenRun>();

  const listOf = (databaseId: string): [Product, DatabaseView, StoredAction[]] => {
    const [product, database] = world.database(databaseId);
    product.actions ??= {};
    product.actions[databaseId] ??= [];
    return [product, database, product.actions[databaseId]];
  };
  const find = (id: string): Found => {
    for (const product of world.products)
      for (const [databaseId, list] of Object.entries(product.actions ?? {})) {
        const action = list.find((candidate) => candidate.id === id);
        if (action) return { product, database: world.database(databaseId)[1], list, action };
      }
    return refuse('not_found', 'That action is gone.');
  };
  const changed = (verb: 'create' | 'update', databaseId: string, make: () => StoredAction) => {
    let made: StoredAction | undefined;
    const { activity_id } = world.change(verb, 'action', () => {
      made = make();
      const [, database, list] = listOf(databaseId);
      database.actions = list.length;
      return { name: made.input.name };
    });
    const [, database] = listOf(databaseId);
    return { record: viewOf(database, made as StoredAction), activity_id, hints: [] };
  };

  const planOf = (id: string, env: string, inputs: ActionInputs): [ActionPlan, Found, EnvironmentView] => {
    const found = find(id);
    const { product, database, action } = found;
    const environment =
      product.environments.find((candidate) => candidate.slug === env) ??
      refuse('not_found', 'There is no such environment.');
    const config =
      database.envs.find((candidate) => candidate.slug === env) ??
      refuse('not_found', `${database.name} has no connection in ${env}.`);
    const check = fakeCheck(action.input, isSql(database));
    if (check.faults.length > 0)
      refuse(
        'refused',
        `The template of this action can't be run: ${check.faults[0]?.message} Edit the action.`,
      );
    const { values, faults } = fakeInputs(check.inputs, inputs.json);
    if (faults.length > 0)
      refuse('validation', `${faults.length} inputs need attention. Nothing was sent.`, { faults });
    const { template, filterTemplate } = action.input;
    let serial = 0;
    const bound = (text: string) =>
      text.replace(/'?\{\{\s*([\w.-]+)[^}]*\}\}'?/g, (whole, key: string) => {
        if (/IDENTIFIER|KEYWORD/.test(whole)) return JSON.parse(values.get(key) ?? '""');
        serial += 1;
        return database.type === 'mysql' ? '?' : `$${serial}`;
      });
    const statement = `${bound(template)}${filterTemplate ? `\n WHERE (${bound(filterTemplate)})` : ''}`;
    const guard = check.unfiltered
      ? 'tag'
      : !check.writes
        ? 'none'
        : ({ development: 'none', staging: 'confirm', production: 'tag' } as const)[environment.class];
    const refused = !environment.active
      ? `The environment ${env} is inactive and runs nothing. Activate it, or choose another.`
      : check.unfiltered && !action.input.allRows
        ? 'It would reach every row. Give it a filter, or mark the action as meant for all rows.'
        : undefined;
    const plan: ActionPlan = {
      engine: SERVERS[database.type]?.split(' ')[0] ?? database.type,
      target: {
        address: `${product.view.tag}/${database.tag}@${env}`,
        env,
        class: environment.class,
        url: config.connection_url,
      },
      writes: check.writes,
      ...(isSql(database)
        ? { statement }
        : {
            command: JSON.parse(
              template.replace(/"\{\{\s*([\w.-]+)[^}]*\}\}"/g, (_, key) => values.get(key) ?? 'null'),
            ),
          }),
      parameters: isSql(database)
        ? check.inputs
            .filter((input) => input.choices.length === 0)
            .map((input) => ({
              name: input.key,
              type: input.type === 'STRING' ? null : input.type.toLowerCase(),
              value: input.secret ? '***' : JSON.parse(values.get(input.key) ?? 'null'),
            }))
        : [],
      tables: isSql(database) ? check.tables : [action.input.tableName],
      unfiltered: check.unfiltered,
      notes: check.notes,
      guard,
      ...(refused === undefined ? {} : { refused }),
    };
    return [plan, found, environment];
  };

  const fail = (error: Omit<AppError, 'retryable'>): never => {
    throw { retryable: false, ...error };
  };

  const readPage = async (run: OpenRun, limit: number, onEvent: (event: RunEvent) => void) => {
    const end = Math.min(run.table.total, run.page.rows + limit);
    while (run.page.rows < end) {
      if (run.cancelled) fail({ code: 'cancelled', message: 'Cancelled.', detail: { fate: 'refused' } });
      const next = Math.min(end, run.page.rows + 200);
      const rows: unknown[][] = [];
      for (let index = run.page.rows; index < next; index += 1) rows.push(run.table.row(index));
      run.page.rows = next;
      // What made them is no part of what a test measures.
      if (world.huge) await world.wait(50);
      performance.mark('rows-arrived');
      onEvent({ kind: 'rows', rows });
      await world.wait(8);
    }
    run.page.more = run.page.rows < run.table.total;
    run.page.timings_ms.transfer += 6.2;
    return copy(run.page);
  };

  return {
    async actionList(databaseId) {
      const [, database, list] = listOf(databaseId);
      return list.map((action) => summaryOf(database, action));
    },
    async actionFetch(id) {
      const { database, action } = find(id);
      return viewOf(database, action);
    },
    async actionCreate(databaseId, input) {
      const [, database, others] = listOf(databaseId);
      refuseFaults(actionFaults(database, input, others));
      return changed('create', databaseId, () => {
        const action = { id: world.id(), input: copy(input), fingerprint: world.id() };
        listOf(databaseId)[2].push(action);
        return action;
      });
    },
    async actionUpdate(id, patch) {
      const { database, list, action } = find(id);
      if (patch.fingerprint !== undefined && patch.fingerprint !== action.fingerprint) {
        const changes: ConflictChange[] = Object.entries(patch)
          .filter(([field]) => field !== 'fingerprint')
          .map(([field, yours]) => ({
            field,
            base: null,
            current: (action.input as Record<string, unknown>)[field] ?? null,
            yours,
          }));
        refuse('conflict', 'Somebody changed this meanwhile.', {
          revision: null,
          current_fingerprint: action.fingerprint,
          changes,
        });
      }
      const next = applied(action.input, patch);
      refuseFaults(
        actionFaults(
          database,
          next,
          list.filter((other) => other !== action),
        ),
      );
      return changed('update', database.id, () => {
        const { action: stored } = find(id);
        stored.input = next;
        stored.fingerprint = world.id();
        return stored;
      });
    },
    async actionDelete(id) {
      const { database, action } = find(id);
      return world.remove('action', { name: action.input.name }, () => {
        const [, stored, list] = listOf(database.id);
        list.splice(
          list.findIndex((other) => other.id === id),
          1,
        );
        stored.actions = list.length;
      });
    },
    async actionDuplicate(id) {
      const { database, action } = find(id);
      return changed('create', database.id, () => {
        const [, , list] = listOf(database.id);
        const { name, tag } = action.input;
        const made = {
          id: world.id(),
          input: { ...copy(action.input), name: `${name} (copy)`, tag: `${tag}-copy` },
          fingerprint: world.id(),
        };
        list.splice(list.findIndex((other) => other.id === id) + 1, 0, made);
        return made;
      });
    },
    async actionOrder(databaseId, ids) {
      const { activity_id } = world.change('update', 'action', () => {
        const [product, database, list] = listOf(databaseId);
        const rank = new Map(ids.map((id, index) => [id, index]));
        product.actions = {
          ...product.actions,
          [databaseId]: [...list].sort(
            (a, b) => (rank.get(a.id) ?? ids.length) - (rank.get(b.id) ?? ids.length),
          ),
        };
        return { name: `of ${database.name}` };
      });
      const [, database, list] = listOf(databaseId);
      return { record: list.map((action) => summaryOf(database, action)), activity_id, hints: [] };
    },
    async actionCheck(draft) {
      const [, database] = world.database(draft.database_id);
      return fakeCheck({ ...draft, filterTemplate: draft.filter_template }, isSql(database));
    },
    async actionPlan(id, env, input) {
      return planOf(id, env, input)[0];
    },
    async actionRun(request, onEvent) {
      world.needSecrets();
      const [plan, { database, action }] = planOf(request.action_id, request.env, request.input);
      if (plan.refused !== undefined) refuse('refused', plan.refused);
      if (plan.guard !== 'none' && request.confirm !== database.tag)
        refuse('refused', `It writes in ${plan.target.address}. Confirm with the database's tag.`, {
          guard: plan.guard,
          confirm: database.tag,
        });
      const run: OpenRun = {
        cancelled: false,
        table: world.huge
          ? hugeTable()
          : world.rows > 0
            ? wideTable(world.rows)
            : tableOf(action.input.tableName),
        page: {
          rows: 0,
          more: false,
          affected: null,
          generated_keys: [],
          notices: [],
          timings_ms: { connect: 11.4, server: 2.8, transfer: 0 },
          attempts: 1,
        },
      };
      runs.set(request.run_id, run);
      await world.wait(20);
      if (world.outcomes.get(database.envs.find(({ slug }) => slug === request.env)?.id ?? '') === 'auth')
        fail({
          code: 'auth_failed',
          message: 'Access denied for user “app”. Check the user and the password of this connection.',
          detail: { fate: 'not_sent', attempts: 1, server_code: '1045', stage: 'auth' },
        });
      onEvent({ kind: 'connected', server: SERVERS[database.type] ?? 'Server' });
      const { template, tableName, type } = action.input;
      if (template.includes('pg_sleep')) {
        for (let step = 0; step < 600; step += 1) {
          await world.wait(100);
          if (run.cancelled)
            fail({ code: 'cancelled', message: 'Cancelled.', detail: { fate: 'refused', attempts: 1 } });
        }
      }
      if (template.includes('broken_view'))
        fail({
          code: 'statement_failed',
          message:
            'relation "broken_view" does not exist. Check the name, and that its migration has run here.',
          detail: { fate: 'refused', attempts: 1, server_code: '42P01', position: 29, stage: 'ready' },
        });
      if (tableName === 'payments')
        fail({
          code: 'connection_lost',
          message:
            'The connection broke while the statement was running. Nobody knows whether it was carried out: look at the data before you run it again.',
          detail: { fate: 'unknown', attempts: 1, server_code: null, stage: 'ready' },
        });
      if (plan.writes) {
        onEvent({ kind: 'columns', columns: [] });
        await world.wait(10);
        run.page.affected = type === 'delete' ? 1234 : 1;
        if (type === 'create') run.page.generated_keys = [{ $oid: '65f0c0de0000000000000001' }];
        if (type === 'update') run.page.notices = ['NOTICE: trigger orders_audit wrote 1 row.'];
        return copy(run.page);
      }
      if (type === 'count' && world.rows === 0 && !world.huge)
        run.table = {
          ...tableOf('count'),
          columns: [{ name: 'count', type: 'int8' }],
          total: 1,
          row: () => ['418'],
        };
      onEvent({ kind: 'columns', columns: run.table.columns });
      return readPage(run, Math.max(request.limit ?? 500, world.rows - 500), onEvent);
    },
    async actionMore(runId, limit, onEvent) {
      const run =
        runs.get(runId) ?? refuse('not_found', 'The rest of this result is no longer at the server.');
      await world.wait(20);
      return readPage(run, limit ?? 500, onEvent);
    },
    async actionCancel(runId) {
      const run = runs.get(runId);
      if (run) run.cancelled = true;
    },
  } satisfies Partial<Platform>;
}
