import type { CellTest } from '../bindings/CellTest';
import type { ConfigView } from '../bindings/ConfigView';
import type { MatrixView } from '../bindings/MatrixView';
import type { PackedCell } from '../bindings/PackedCell';
import type { PackedMatrix } from '../bindings/PackedMatrix';
import type { TestResult } from '../bindings/TestResult';

/** The matrix as it crossed, with a name before each value again. */
export function unpacked({ matrix, cells, texts }: PackedMatrix): MatrixView {
  return {
    ...matrix,
    databases: matrix.databases.map((database, row) => ({
      ...database,
      envs: (cells[row] ?? []).map((cell) => config(cell, texts)),
    })),
  };
}

function config(cell: PackedCell, texts: readonly string[]): ConfigView {
  const [id, slug, connection_url, target, needs_secret, test, references, description] = cell;
  return {
    id,
    slug: texts[slug] ?? '',
    connection_url,
    description,
    target: typeof target === 'string' ? target : connection_url.slice(...target),
    needs_secret,
    references,
    last_test: test && {
      connected: test[0],
      stage: texts[test[1]] ?? '',
      latency_ms: test[2],
      version: textAt(texts, test[3]),
      failure: textAt(texts, test[4]),
    },
  };
}

function textAt(texts: readonly string[], place: number | null): string | null {
  return place === null ? null : (texts[place] ?? null);
}

/** What a cell shows of a test. */
export function cellTest({ connected, stage, latency_ms, version, error }: TestResult): CellTest {
  return { connected, stage, latency_ms, version, failure: error?.message ?? null };
}
