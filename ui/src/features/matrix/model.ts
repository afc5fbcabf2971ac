import type { ConfigView } from '../../bindings/ConfigView';
import type { CredentialStateView } from '../../bindings/CredentialStateView';
import type { DatabaseView } from '../../bindings/DatabaseView';
import type { EngineInfo } from '../../bindings/EngineInfo';
import type { EnvironmentView } from '../../bindings/EnvironmentView';
import type { MatrixView } from '../../bindings/MatrixView';
import { duration, plain } from '../../design/text';
import { stageFailure, stageRunning, matrix as text } from '../../text/matrix';

export type CellState =
  | 'unconfigured'
  | 'untested'
  | 'testing'
  | 'ok'
  | 'failed'
  | 'no_credential'
  | 'locked'
  | 'unavailable';

export interface CellFace {
  state: CellState;
  /** Its word: a state is never a colour alone. */
  word: string;
  /** What stands beside it, quieter: the server's version. */
  aside: string;
}

export interface Running {
  /** Null while it waits for its turn. */
  stage: string | null;
}

/**
 * What a cell says. A running test comes first, then what keeps this machine from connecting at all, then the last
 * test: "ok" from yesterday says nothing of a machine that lacks the password today.
 */
export function cellFace(
  config: ConfigView | undefined,
  credential: CredentialStateView | undefined,
  running: Running | undefined,
): CellFace {
  if (!config) return { state: 'unconfigured', word: text.add, aside: '' };
  if (running) {
    const word =
      running.stage === null ? text.waiting : (stageRunning[running.stage] ?? plain(running.stage));
    return { state: 'testing', word, aside: '' };
  }
  if (credential === 'missing') return { state: 'no_credential', word: text.noCredential, aside: '' };
  if (credential === 'locked') return { state: 'locked', word: text.locked, aside: '' };
  if (credential === 'unavailable') return { state: 'unavailable', word: text.unavailable, aside: '' };
  const test = config.last_test;
  if (!test) return { state: 'untested', word: text.untested, aside: '' };
  if (test.connected) {
    const word = test.latency_ms === null ? text.ok : `${text.ok} ${duration(test.latency_ms)}`;
    return { state: 'ok', word, aside: plain(test.version ?? '') };
  }
  // A password typed since that test is a reason to test again, not to say it is still missing.
  const word = test.stage === 'secret' ? text.failed : (stageFailure[test.stage] ?? text.failed);
  return { state: 'failed', word, aside: '' };
}

/** The environments as their columns stand. */
export function columnsOf(matrix: MatrixView): EnvironmentView[] {
  return [...matrix.environments].sort((a, b) => a.order - b.order);
}

export interface Row {
  database: DatabaseView;
  engine: EngineInfo | undefined;
  /** By slug. */
  cells: Map<string, ConfigView>;
}

export function rowsOf(databases: DatabaseView[], engines: EngineInfo[]): Row[] {
  const byType = new Map(engines.map((engine) => [engine.type, engine]));
  return databases.map((database) => ({
    database,
    engine: byType.get(database.type),
    cells: new Map(database.envs.map((config) => [config.slug, config])),
  }));
}

/** Every word must be found somewhere in the row: its names, its type, where it points, how its cells stand. */
export function filterRows(rows: Row[], filter: string, words: (config: ConfigView) => string): Row[] {
  const terms = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (terms.length === 0) return rows;
  return rows.filter(({ database, engine, cells }) => {
    const parts = [
      database.name,
      database.tag,
      database.type,
      engine?.display_name ?? '',
      engine?.abbreviation ?? '',
      database.description ?? '',
    ];
    for (const config of cells.values()) parts.push(`${config.slug} ${config.target} ${words(config)}`);
    const haystack = parts.join('\n').toLowerCase();
    return terms.every((term) => haystack.includes(term));
  });
}
