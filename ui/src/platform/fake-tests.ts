/** The fake's tests of connections: staged, cancellable, ending as each config was told to end. */
import type { TestEvent } from '../bindings/TestEvent';
import { fakeResult } from './fake-data';
import { now, refuse, type World } from './fake-world';
import type { Platform } from './types';

export function fakeTests(world: World) {
  const cancelled = new Set<string>();

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
      await world.wait(stage === 'tcp' ? 60 : 12);
    }
    return result;
  }

  return {
    async testStart(request, onEvent) {
      const product = world.product(request.product_id);
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
            world.outcomes.get(config.id) ?? 'ok',
            onEvent,
          );
          if (result === null) {
            totals.cancelled += 1;
            continue;
          }
          world.keepTest(config, result);
          totals[result.connected ? 'connected' : 'failed'] += 1;
          onEvent({ kind: 'finished', config_id: config.id, result });
        }
      };
      await Promise.all(Array.from({ length: world.settings.test_concurrency }, worker));
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
    async testLast(configId) {
      return world.lastTests.get(configId) ?? null;
    },
    async testCancel(runId, configId) {
      cancelled.add(configId === null ? runId : `${runId}/${configId}`);
    },
  } satisfies Partial<Platform>;
}
