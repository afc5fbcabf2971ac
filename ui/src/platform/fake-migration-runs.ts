/** The fake's status, plans and runs of migrations: they stream, stop, fail half way and are mended. */
import type { DatabaseView } from '../bindings/DatabaseView';
import type { EnvironmentView } from '../bindings/EnvironmentView';
import type { MigrationCell } from '../bindings/MigrationCell';
import type { MigrationDeed } from '../bindings/MigrationDeed';
import type { MigrationInput } from '../bindings/MigrationInput';
import type { MigrationObstacle } from '../bindings/MigrationObstacle';
import type { MigrationPlan } from '../bindings/MigrationPlan';
import type { MigrationPlanStep } from '../bindings/MigrationPlanStep';
import type { MigrationRunEvent } from '../bindings/MigrationRunEvent';
import type { MigrationRunReport } from '../bindings/MigrationRunReport';
import type { MigrationRunRequest } from '../bindings/MigrationRunRequest';
import { asAppError } from './errors';
import { fakeChecksum, fakeMigrationCheck, piecesOf } from './fake-migration-text';
import { DRIFT } from './fake-migration-uses';
import { type Entry, isSqlDatabase, type Targets } from './fake-migrations';
import { copy, now, type Product, refuse, type World } from './fake-world';
import type { Platform } from './types';

const SERVERS: Record<string, string> = {
  postgresql: 'PostgreSQL 15.18',
  mysql: 'MariaDB 10.11.6',
  mongodb: 'MongoDB 8.2.1',
};
const RANK = { development: 0, staging: 1, production: 2 };

const UNREADABLE: Record<string, { code: string; message: string }> = {
  auth: { code: 'auth_failed', message: 'Access denied for user “app”. Check the user and the password.' },
  tcp: {
    code: 'connect_failed',
    message: 'Connection refused by 10.0.3.7:5432. Check that the server runs.',
  },
  missing: {
    code: 'no_credential',
    message: 'The password is not on this machine. Type it in the connection’s password field.',
  },
  locked: { code: 'keyring_locked', message: 'The keyring is locked. Unlock it, then try again.' },
};

interface Spot {
  product: Product;
  database: DatabaseView;
  environment: EnvironmentView;
  configId: string;
}

export function fakeMigrationRuns(world: World, targets: Targets) {
  const cancelled = new Set<string>();

  const spotOf = (databaseId: string, env: string): Spot => {
    const [product, database] = world.database(databaseId);
    const environment =
      product.environments.find(({ slug }) => slug === env) ??
      refuse('not_found', 'There is no such environment.');
    const config =
      database.envs.find(({ slug }) => slug === env) ??
      refuse('not_found', `${database.name} has no connection in ${env}.`);
    return { product, database, environment, configId: config.id };
  };
  const reach = (configId: string): void => {
    const error = UNREADABLE[world.outcomes.get(configId) ?? ''];
    if (error) refuse(error.code, error.message, { fate: 'not_sent' });
  };
  const readCell = (spot: Spot): MigrationCell => {
    targets.read.set(spot.configId, now());
    targets.errors.delete(spot.configId);
    return targets.cell(spot.database, { id: spot.configId, slug: spot.environment.slug });
  };

  const stepOf = (
    { database }: Spot,
    input: MigrationInput,
    direction: 'up' | 'down',
    from = 1,
  ): MigrationPlanStep => {
    const sql = isSqlDatabase(database);
    const check = fakeMigrationCheck(input.texts, sql, input.waivers, input.no_transaction);
    const texts = (text: string) => piecesOf(text, sql).map((piece) => piece.text);
    const statements = texts(input.texts[direction]);
    const tables = [
      ...new Set(
        statements.flatMap((statement) => statement.match(/(?<=\b(?:TABLE|ON|UPDATE) )[\w.]+/g) ?? []),
      ),
    ];
    return {
      tag: input.tag,
      name: input.name,
      direction,
      statements,
      from,
      transaction: database.type === 'postgresql' && !input.no_transaction,
      has_down: input.texts.down.trim() !== '',
      checks:
        direction === 'up'
          ? [
              ...texts(input.texts.pre).map((query) => ({ before: true, query })),
              ...texts(input.texts.post).map((query) => ({ before: false, query })),
            ]
          : [],
      warnings:
        direction === 'up'
          ? check.warnings.map(({ code, message, statement, destructive, waived }) => ({
              code,
              message,
              statement,
              destructive,
              ...(waived === null ? {} : { waived }),
            }))
          : statements.flatMap((statement, index) =>
              /drop (table|column|schema)/i.test(statement)
                ? [
                    {
                      code: 'drop',
                      message: 'Drops what the migration made, with its rows.',
                      statement: index + 1,
                      destructive: true,
                    },
                  ]
                : [],
            ),
      tables: tables.map((table) => ({ table, rows: table === 'orders' ? 1_204_333 : 0 })),
    };
  };

  const stepsOf = (spot: Spot, cell: MigrationCell, deed: MigrationDeed): MigrationPlanStep[] => {
    const [, , list] = targets.list(spot.database.id);
    const stateOf = (tag: string) => cell.migrations.find((standing) => standing.tag === tag)?.state;
    const isPending = (tag: string) => {
      const standing = cell.migrations.find((candidate) => candidate.tag === tag);
      return (
        standing !== undefined &&
        (standing.state === 'pending' ||
          standing.state === 'rolled_back' ||
          (standing.state === 'failed' && standing.statements_done === 0))
      );
    };
    const upTo = (tag: string | undefined) => {
      if (tag === undefined) return list;
      const at = list.findIndex(({ input }) => input.tag === tag);
      return at < 0 ? refuse('not_found', `There is no migration ${tag}.`) : list.slice(0, at + 1);
    };
    switch (deed.kind) {
      case 'run':
        return upTo(deed.to)
          .filter(({ input }) => isPending(input.tag))
          .map(({ input }) => stepOf(spot, input, 'up'));
      case 'promote': {
        const other = spot.database.envs.find(({ slug }) => slug === deed.from);
        const there = new Set(
          targets
            .of(other?.id ?? '')
            .entries.filter((entry) => entry.state === 'applied')
            .map((entry) => entry.tag),
        );
        return list
          .filter(({ input }) => there.has(input.tag) && isPending(input.tag))
          .map(({ input }) => stepOf(spot, input, 'up'));
      }
      case 'rollback': {
        const applied = list.filter(({ input }) => stateOf(input.tag) === 'applied').reverse();
        const stop = applied.findIndex(({ input }) => input.tag === deed.to);
        const count = deed.to === undefined ? (deed.steps ?? 1) : stop < 0 ? applied.length : stop;
        return applied.slice(0, count).map(({ input }) => stepOf(spot, input, 'down'));
      }
      case 'baseline':
        return [];
      case 'repair': {
        const standing = cell.migrations.find(
          ({ tag, state }) =>
            tag === deed.tag || (deed.tag === undefined && (state === 'failed' || state === 'started')),
        );
        const stored = list.find(({ input }) => input.tag === standing?.tag);
        if (!standing || !stored) return refuse('not_found', 'Nothing stopped half way.');
        if (deed.how === 'resume') return [stepOf(spot, stored.input, 'up', standing.statements_done + 1)];
        if (deed.how === 'undo') {
          const step = stepOf(spot, stored.input, 'down');
          return [{ ...step, from: step.statements.length - standing.statements_done + 1 }];
        }
        return [];
      }
    }
  };

  const earlierOf = ({ product, database, environment }: Spot): EnvironmentView | undefined =>
    product.environments
      .filter(
        ({ slug, class: of, order }) =>
          database.envs.some((config) => config.slug === slug) &&
          (RANK[of] < RANK[environment.class] || (of === environment.class && order < environment.order)),
      )
      .sort((a, b) => RANK[b.class] - RANK[a.class] || b.order - a.order)[0];

  const obstaclesOf = (
    spot: Spot,
    cell: MigrationCell,
    steps: MigrationPlanStep[],
    { deed, exceptions }: MigrationRunRequest,
  ): MigrationObstacle[] => {
    const obstacles: MigrationObstacle[] = [];
    const add = (code: string, message: string, tags: string[], exception: string | null) =>
      obstacles.push({ code, message, tags, exception });
    const forward = deed.kind === 'run' || deed.kind === 'promote';
    if (!spot.environment.active)
      add('inactive', `${spot.environment.slug} is inactive and runs nothing. Activate it first.`, [], null);
    const stopped = cell.migrations.filter(
      ({ state, statements_done, under_way }) =>
        state === 'started' || (state === 'failed' && (statements_done > 0 || under_way !== null)),
    );
    if (deed.kind !== 'repair' && stopped.length > 0)
      add(
        'unfinished',
        `${stopped[0]?.name} stopped half way. Finish it first: go on, undo it, or say how it stands.`,
        stopped.map(({ tag }) => tag),
        null,
      );
    const earlier = earlierOf(spot);
    const config = spot.database.envs.find(({ slug }) => slug === earlier?.slug);
    if (forward && earlier && config && !exceptions.skip_order) {
      const there = targets.of(config.id).entries;
      const lacking = steps.filter(
        ({ tag }) => !there.some((entry) => entry.tag === tag && entry.state === 'applied'),
      );
      if (lacking.length > 0)
        add(
          'order',
          `${earlier.slug} comes first and lacks ${lacking.length} of them. Run them there, or skip the order.`,
          lacking.map(({ tag }) => tag),
          'skip_order',
        );
    }
    if (cell.drift && spot.environment.class === 'production' && !exceptions.accept_drift)
      add('drift', 'The schema is not what the last run left. Look at the difference.', [], 'accept_drift');
    const changed = cell.migrations.filter(({ checksum_matches }) => checksum_matches === false);
    if (forward && changed.length > 0 && !exceptions.accept_checksum)
      add(
        'checksum',
        `${changed[0]?.name} was edited after it was applied here.`,
        changed.map(({ tag }) => tag),
        'accept_checksum',
      );
    const oneWay = steps.filter(
      ({ direction, statements }) => direction === 'down' && statements.length === 0,
    );
    if (oneWay.length > 0)
      add(
        'no_down',
        `${oneWay[0]?.name} has no statements down. Write them, or roll back less.`,
        oneWay.map(({ tag }) => tag),
        null,
      );
    return obstacles;
  };

  const planOf = (request: MigrationRunRequest): [MigrationPlan, Spot, MigrationCell] => {
    const spot = spotOf(request.database_id, request.env);
    reach(spot.configId);
    const cell = targets.cell(spot.database, { id: spot.configId, slug: request.env });
    const steps = stepsOf(spot, cell, request.deed);
    const { accept_checksum, accept_drift, skip_order } = request.exceptions;
    const excepted = accept_checksum || accept_drift || skip_order;
    const marked =
      request.deed.kind === 'baseline'
        ? [`Marks everything up to ${request.deed.at} as applied. Sends none of their statements.`]
        : request.deed.kind === 'repair' && steps.length === 0
          ? ['Changes only what the history says. Sends no statement.']
          : [];
    const plan: MigrationPlan = {
      engine: SERVERS[spot.database.type]?.split(' ')[0] ?? spot.database.type,
      target: {
        address: `${spot.product.view.tag}/${spot.database.tag}@${request.env}`,
        env: request.env,
        class: spot.environment.class,
        url: spot.database.envs.find(({ id }) => id === spot.configId)?.connection_url ?? '',
      },
      earlier_env: earlierOf(spot)?.slug ?? null,
      steps,
      guard: excepted
        ? 'tag'
        : ({ development: 'none', staging: 'confirm', production: 'tag' } as const)[spot.environment.class],
      obstacles: obstaclesOf(spot, cell, steps, request),
      drift: cell.drift ? DRIFT.differences : [],
      dry_run:
        spot.database.type === 'postgresql' && steps.length > 0 && steps.every((step) => step.transaction),
      notes: [
        ...marked,
        ...(cell.drift && spot.environment.class !== 'production'
          ? ['The schema is not what the last run left. It runs all the same outside of production.']
          : []),
      ],
    };
    return [plan, spot, cell];
  };

  const put = (spot: Spot, entry: Entry): void => {
    const target = targets.of(spot.configId);
    const at = target.entries.findIndex((other) => other.tag === entry.tag);
    if (at < 0) target.entries.push(entry);
    else target.entries[at] = entry;
  };

  const runStep = async (
    spot: Spot,
    step: MigrationPlanStep,
    request: Pick<MigrationRunRequest, 'run_id' | 'dry_run'>,
    ran: string[],
    tell: (event: MigrationRunEvent) => void,
  ): Promise<void> => {
    const [, , list] = targets.list(spot.database.id);
    const stored = list.find(({ input }) => input.tag === step.tag);
    if (!stored) return;
    const where = { database: spot.database.tag, env: spot.environment.slug, tag: step.tag };
    const { direction, statements } = step;
    const total = statements.length;
    const started = performance.now();
    const entry = (done: number, state: Entry['state'], error: string | null): Entry => ({
      tag: step.tag,
      name: step.name,
      state,
      applied_at: now(),
      checksum: fakeChecksum(stored.input.texts.up, isSqlDatabase(spot.database)),
      checksum_matches: true,
      statements_done: done,
      statements: total,
      out_of_order: false,
      direction,
      under_way: null,
      by: 'ada@workbench',
      duration_ms: performance.now() - started,
      tool_version: '0.1.0',
      error,
      input: copy(stored.input),
    });
    const stop = (done: number, code: string, message: string): never => {
      const kept = step.transaction ? 0 : done;
      if (!request.dry_run && code !== 'cancelled') put(spot, entry(kept, 'failed', message));
      else if (!request.dry_run && kept > 0) put(spot, entry(kept, 'failed', message));
      throw {
        code,
        message,
        retryable: false,
        detail: {
          fate: step.transaction ? 'rolled_back' : 'refused',
          applied: [...ran],
          tag: step.tag,
          statement: done + 1,
          statements_done: kept,
          statements: total,
        },
      };
    };
    tell({ event: 'begun', ...where, direction, statements: total, from: step.from });
    const check = async (before: boolean) => {
      for (const [index] of step.checks.filter((candidate) => candidate.before === before).entries()) {
        await world.wait(30);
        tell({ event: 'check', ...where, before, check: index + 1, passed: true });
      }
    };
    await check(true);
    for (let statement = step.from; statement <= total; statement += 1) {
      if (cancelled.has(request.run_id))
        stop(statement - 1, 'cancelled', 'Cancelled between two statements.');
      await world.wait(/INDEX|UPDATE/.test(statements[statement - 1] ?? '') ? 900 : 250);
      if (/broken/.test(statements[statement - 1] ?? ''))
        stop(statement - 1, 'statement_failed', 'relation “broken” does not exist. Check the name.');
      tell({
        event: 'statement',
        ...where,
        direction,
        statement,
        statements: total,
        ms: 4 + statement * 3,
        affected: /^update/i.test(statements[statement - 1] ?? '') ? 1204 : null,
        notices: /^create schema/i.test(statements[statement - 1] ?? '')
          ? ['NOTICE: schema “audit” is owned by app.']
          : [],
      });
    }
    await check(false);
    const state = direction === 'up' ? 'applied' : 'rolled_back';
    if (!request.dry_run) {
      put(spot, entry(total, state, null));
      ran.push(step.tag);
    }
    tell({
      event: 'migration',
      ...where,
      direction,
      state,
      statements_done: total,
      statements: total,
      ms: performance.now() - started,
      already: false,
      dry_run: request.dry_run,
    });
  };

  const mark = (spot: Spot, cell: MigrationCell, deed: MigrationDeed): void => {
    const [, , list] = targets.list(spot.database.id);
    const write = (tag: string, state: Entry['state']) => {
      const stored = list.find(({ input }) => input.tag === tag);
      if (!stored) return;
      const statements = piecesOf(stored.input.texts.up, isSqlDatabase(spot.database)).length;
      put(spot, {
        tag,
        name: stored.input.name,
        state,
        applied_at: now(),
        checksum: fakeChecksum(stored.input.texts.up, isSqlDatabase(spot.database)),
        checksum_matches: true,
        statements_done: state === 'applied' ? statements : 0,
        statements,
        out_of_order: false,
        direction: 'up',
        under_way: null,
        by: 'ada@workbench',
        duration_ms: 0,
        tool_version: '0.1.0',
        error: null,
        input: copy(stored.input),
      });
    };
    if (deed.kind === 'baseline') {
      const last = list.findIndex(({ input }) => input.tag === deed.at);
      for (const { input } of list.slice(0, last + 1)) write(input.tag, 'applied');
    } else if (deed.kind === 'repair') {
      const tag = deed.tag ?? cell.migrations.find(({ state }) => state === 'failed')?.tag ?? '';
      write(tag, deed.how === 'mark_applied' ? 'applied' : 'rolled_back');
    }
  };

  const migrationRun = async (
    request: MigrationRunRequest,
    onEvent: (event: MigrationRunEvent) => void,
  ): Promise<MigrationRunReport> => {
    await world.wait(30);
    const [plan, spot, cell] = planOf(request);
    const [obstacle] = plan.obstacles;
    if (obstacle) refuse('refused', obstacle.message, { guard: obstacle.code, obstacles: plan.obstacles });
    if (!request.dry_run && plan.guard !== 'none' && request.confirm !== spot.database.tag)
      refuse('refused', `It changes ${plan.target.address}. Confirm with the database’s tag.`, {
        guard: plan.guard,
        confirm: spot.database.tag,
      });
    const ran: string[] = [];
    const where = { database: spot.database.tag, env: request.env };
    onEvent({ event: 'target', ...where, server: SERVERS[spot.database.type] ?? 'Server' });
    await world.wait(60);
    if (plan.steps.length === 0) mark(spot, cell, request.deed);
    for (const step of plan.steps) await runStep(spot, step, request, ran, onEvent);
    if (!request.dry_run) targets.of(spot.configId).drift = false;
    const after = readCell(spot);
    onEvent({ event: 'done', cell: after });
    world.record('update', 'migration', `${plan.target.address}`, null);
    return { ran, dry_run: request.dry_run, notes: [], cell: copy(after) };
  };

  const inOrder = (productId: string, configIds: string[]): Spot[] => {
    const product = world.product(productId);
    return product.databases
      .flatMap((database) =>
        database.envs.filter(({ id }) => configIds.includes(id)).map(({ slug }) => spotOf(database.id, slug)),
      )
      .sort((a, b) => RANK[a.environment.class] - RANK[b.environment.class]);
  };

  return {
    migrationRun,
    async migrationMatrix(productId) {
      return world
        .product(productId)
        .databases.flatMap((database) =>
          database.envs
            .filter(({ id }) => targets.read.has(id))
            .map((config) => targets.cell(database, config)),
        );
    },
    async migrationStatusStart(request, onEvent) {
      const product = world.product(request.product_id);
      const queue = product.databases.flatMap((database) =>
        database.envs
          .filter(({ id, slug }) =>
            request.config_ids
              ? request.config_ids.includes(id)
              : product.environments.find((environment) => environment.slug === slug)?.active,
          )
          .map(({ slug }) => spotOf(database.id, slug)),
      );
      const worker = async () => {
        for (let spot = queue.shift(); spot; spot = queue.shift()) {
          if (cancelled.has(request.run_id)) return;
          onEvent({ kind: 'started', config_id: spot.configId });
          await world.wait(80 + ((spot.database.tag.length * 37) % 200));
          const error = UNREADABLE[world.outcomes.get(spot.configId) ?? ''];
          const config = { id: spot.configId, slug: spot.environment.slug };
          if (error && !targets.read.has(spot.configId))
            onEvent({
              kind: 'read',
              cell: {
                ...targets.cell(spot.database, config),
                head: null,
                head_position: null,
                pending: 0,
                failed: 0,
                missing: 0,
                changed: 0,
                drift: null,
                migrations: [],
                error,
              },
            });
          else if (error) onEvent({ kind: 'read', cell: { ...targets.cell(spot.database, config), error } });
          else onEvent({ kind: 'read', cell: readCell(spot) });
        }
      };
      await Promise.all(Array.from({ length: 8 }, worker));
    },
    async migrationCancel(runId) {
      cancelled.add(runId);
    },
    async migrationPlan(request) {
      await world.wait(40);
      return copy(planOf(request)[0]);
    },
    async migrationBatchPlan(request) {
      await world.wait(60);
      const pretended = new Map<string, string[]>();
      return {
        plans: inOrder(request.product_id, request.config_ids).map((spot) => {
          const item = { config_id: spot.configId, database: spot.database.tag, env: spot.environment.slug };
          try {
            const [plan] = planOf({
              run_id: request.run_id,
              database_id: spot.database.id,
              env: spot.environment.slug,
              deed: { kind: 'run' },
              dry_run: false,
              exceptions: request.exceptions,
            });
            // Those before it are taken as done.
            const before = pretended.get(`${spot.database.id}@${plan.earlier_env}`) ?? [];
            const obstacles = plan.obstacles.filter(
              (obstacle) => obstacle.code !== 'order' || obstacle.tags.some((tag) => !before.includes(tag)),
            );
            pretended.set(
              `${spot.database.id}@${item.env}`,
              plan.steps.map(({ tag }) => tag),
            );
            return { ...item, plan: { ...plan, obstacles }, error: null };
          } catch (thrown) {
            const { code, message } = asAppError(thrown);
            return { ...item, plan: null, error: { code, message } };
          }
        }),
      };
    },
    async migrationBatchRun(request, onEvent) {
      const reports: MigrationRunReport[] = [];
      for (const spot of inOrder(request.product_id, request.config_ids)) {
        const tag = spot.database.tag;
        reports.push(
          await migrationRun(
            {
              run_id: request.run_id,
              database_id: spot.database.id,
              env: spot.environment.slug,
              deed: { kind: 'run' },
              dry_run: false,
              exceptions: request.exceptions,
              ...(request.confirm.includes(tag) ? { confirm: tag } : {}),
            },
            onEvent,
          ).catch((thrown) => {
            const error = asAppError(thrown);
            throw {
              ...error,
              detail: {
                ...(error.detail as object),
                target: `${spot.product.view.tag}/${tag}@${spot.environment.slug}`,
              },
            };
          }),
        );
      }
      return reports;
    },
  } satisfies Partial<Platform>;
}
