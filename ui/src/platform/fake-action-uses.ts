/** What else the fake does with actions: it remembers runs, compares two, writes them out, and lists tables. */
import type { ActionRunView } from '../bindings/ActionRunView';
import type { ColumnView } from '../bindings/ColumnView';
import type { RowComparison } from '../bindings/RowComparison';
import { asAppError } from './errors';
import { tableOf } from './fake-action-data';
import type { fakeActions } from './fake-actions';
import { copy, now, refuse, type World } from './fake-world';
import type { Platform } from './types';

const SECRET = /password|secret|token|api_?key/i;
/** Tables that have no action of their own. */
const OTHER_TABLES = ['customers', 'invoices', 'order_items', 'payments', 'audit.orders_log'];

/** The values without those that look like secrets. Enough for a fake: it would lose digits of long numbers. */
function remembered(json: string): string {
  return JSON.stringify(JSON.parse(json), (key, value) => (SECRET.test(key) ? undefined : value));
}

/** The other environment has other rows: some are gone, some new, some changed. */
function elsewhere(rows: unknown[][]): unknown[][] {
  const kept = rows
    .filter((_, index) => index % 97 !== 5)
    .map((row, index) => (index % 40 === 7 ? row.map((cell, at) => (at === 2 ? 'lost' : cell)) : row));
  const [first] = rows;
  return first ? [...kept, ['1', ...first.slice(1)], ['2', ...first.slice(1)]] : kept;
}

function compared(
  columns: ColumnView[],
  left: unknown[][],
  right: unknown[][],
  wanted: string[],
): RowComparison {
  const names = columns.map(({ name }) => name);
  const key =
    wanted.length > 0 ? wanted : names.filter((name) => name === 'id' || name === '_id').slice(0, 1);
  const unknown = key.find((name) => !names.includes(name));
  if (unknown !== undefined)
    refuse('not_comparable', `The column ${unknown} is not in both results. Choose another key.`);
  const places = key.map((name) => names.indexOf(name));
  const nameOf = (row: unknown[]) =>
    JSON.stringify(places.length > 0 ? places.map((place) => row[place]) : row);
  const rest = new Map(right.map((row) => [nameOf(row), row]));
  const comparison: RowComparison = {
    columns,
    key,
    only_left: [],
    only_right: [],
    different: [],
    same: 0,
    truncated: left.length > 1000,
  };
  for (const row of left) {
    const name = nameOf(row);
    const other = rest.get(name);
    rest.delete(name);
    const cells = row.flatMap((cell, at) =>
      other && JSON.stringify(cell) !== JSON.stringify(other[at]) ? [at] : [],
    );
    if (!other) comparison.only_left.push(row);
    else if (cells.length === 0) comparison.same += 1;
    else comparison.different.push({ left: row, right: other, cells });
  }
  comparison.only_right = [...rest.values()];
  return comparison;
}

export function fakeActionUses(world: World, actions: ReturnType<typeof fakeActions>) {
  /** Newest first, by the action's id. */
  const history = new Map<string, ActionRunView[]>();
  const actionRun: Platform['actionRun'] = async (request, onEvent) => {
    const remember = (of: Pick<ActionRunView, 'outcome' | 'message' | 'rows' | 'affected' | 'ms'>) => {
      const run = {
        id: world.id(),
        env: request.env,
        at: now(),
        origin: 'window',
        attempts: 1,
        inputs: remembered(request.input.json),
        ...of,
      };
      history.set(request.action_id, [run, ...(history.get(request.action_id) ?? [])]);
    };
    try {
      const page = await actions.actionRun(request, onEvent);
      const { connect, server, transfer } = page.timings_ms;
      const { rows, affected } = page;
      remember({ outcome: 'done', message: null, rows, affected, ms: connect + server + transfer });
      return page;
    } catch (thrown) {
      const { code, message } = asAppError(thrown);
      // What is refused before it is sent is no run.
      if (code !== 'validation' && code !== 'refused')
        remember({
          outcome: code === 'cancelled' ? code : 'failed',
          message,
          rows: null,
          affected: null,
          ms: 0,
        });
      throw thrown;
    }
  };

  return {
    actionRun,
    async actionHistory(id) {
      return copy(history.get(id) ?? []);
    },
    async actionCompare(request) {
      if (request.left === request.right) refuse('refused', 'Choose two environments.');
      const sides = await Promise.all(
        (['left', 'right'] as const).map(async (side) => {
          let columns: ColumnView[] = [];
          const rows: unknown[][] = [];
          const run = {
            run_id: `${request.run_id}.${side}`,
            action_id: request.action_id,
            env: request[side],
            input: request.input,
            retries: 0,
            limit: 10_000,
          };
          await actionRun(run, (event) => {
            if (event.kind === 'columns') columns = event.columns;
            if (event.kind === 'rows') rows.push(...event.rows);
          }).catch((thrown) => {
            const error = asAppError(thrown);
            throw { ...error, message: `${request[side]}: ${error.message}` };
          });
          return { columns, rows: side === 'left' ? rows : elsewhere(rows) };
        }),
      );
      const [left, right] = sides;
      return compared(left?.columns ?? [], left?.rows ?? [], right?.rows ?? [], request.key);
    },
    async actionCompareCancel(runId) {
      await Promise.all(['left', 'right'].map((side) => actions.actionCancel(`${runId}.${side}`)));
    },
    async actionCode(id, env, input, format) {
      const plan = await actions.actionPlan(id, env, input);
      const { record } = await actions.actionFetch(id);
      const [place = ''] = plan.target.address.split('@');
      const tag = place.split('/').at(-1) ?? place;
      if (format === 'sdk') {
        const made = { ...record, tag: `${tag}:${record.tag}` };
        return `await ductape.databases.action.create(${JSON.stringify(made, null, 2)});\n`;
      }
      if (format === 'statement')
        return plan.statement === undefined
          ? `db.runCommand(${JSON.stringify(plan.command, null, 2)})\n`
          : `${plan.parameters
              .map(({ name, value }, index) => `-- ${index + 1}. ${name}: ${JSON.stringify(value)}\n`)
              .join('')}${plan.statement};\n`;
      const yes = plan.writes ? ` --yes ${tag}` : '';
      return `tapedeck action run ${place}:${record.tag}@${env}${yes} --json --input - <<'JSON'\n${remembered(input.json)}\nJSON\n`;
    },
    async schemaOutline(databaseId, env) {
      const [, database] = world.database(databaseId);
      await world.wait(30);
      const config = database.envs.find(({ slug }) => slug === env);
      if (!config || world.outcomes.get(config.id) === 'auth')
        refuse('auth_failed', 'Access denied for user “app”.');
      const own = await actions.actionList(databaseId);
      const names = [...new Set([...own.map(({ table_name }) => table_name), ...OTHER_TABLES])].sort();
      return { tables: names.map((name) => ({ name, columns: tableOf(name).columns })), truncated: false };
    },
  } satisfies Partial<Platform>;
}
