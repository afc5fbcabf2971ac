import { FlaskConical, Play, Plus, RefreshCw, X } from 'lucide-react';
import { useDeferredValue, useEffect, useState } from 'react';
import { later } from '../../app/later';
import { navigation, openDialog } from '../../app/navigation';
import { useBootstrap, useCredentials, useEngines, useMatrix } from '../../app/queries';
import { useStore } from '../../app/store';
import { Button } from '../../design/Button';
import { Icon } from '../../design/Icon';
import { EmptyState, Waiting } from '../../design/Layout';
import { plain } from '../../design/text';
import { asAppError } from '../../platform';
import { common } from '../../text/common';
import { databases as databaseText } from '../../text/databases';
import { errorText } from '../../text/errors';
import { matrix as text } from '../../text/matrix';
import { matrixText } from '../../text/migrations';
import { refreshCells, useMigrationCells } from '../migrations/cells';
import { migrationFace } from '../migrations/face';
import { planCells } from '../migrations/matrixDeeds';
import { CredentialNotice } from '../secrets/CredentialNotice';
import { cursor } from './cursor';
import { configIdsOf } from './deeds';
import { Matrix } from './Matrix';
import styles from './matrix.module.css';
import { cellFace, columnsOf, filterRows, rowsOf } from './model';
import { startTests, testRuns } from './testRuns';

const Drawer = later(async () => (await import('../connection/Drawer')).Drawer, { soon: true });

/** The time, once a minute. */
function useMinute(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 60_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

export function MatrixScreen() {
  const { data: matrix, error, refetch } = useMatrix();
  const credentials = useCredentials().data;
  const engines = useEngines();
  const compact = useBootstrap().data?.settings.compact ?? false;
  // What is typed is shown at once; which rows that leaves may follow a frame later.
  const filter = useDeferredValue(useStore(navigation, (state) => state.filter));
  const cell = useStore(navigation, (state) => state.cell);
  const view = useStore(navigation, (state) => state.view);
  const cells = useMigrationCells();
  const now = useMinute();
  const selection = useStore(cursor, (state) => state.selection);

  useEffect(() => () => cursor.set({ selection: new Set(), anchor: null }), []);

  if (error) {
    return (
      <EmptyState title={errorText(asAppError(error))} text={null}>
        <Button onPress={() => void refetch()}>{common.retry}</Button>
      </EmptyState>
    );
  }
  if (!matrix) return <Waiting label={common.loading} />;
  const environments = columnsOf(matrix);
  if (environments.length === 0) {
    return (
      <EmptyState title={text.noEnvironmentsTitle} text={text.noEnvironmentsText}>
        <Button look="primary" onPress={() => openDialog({ kind: 'environment-create' })}>
          <Icon of={Plus} small />
          {text.addEnvironment}
        </Button>
      </EmptyState>
    );
  }
  if (matrix.databases.length === 0) {
    return (
      <EmptyState title={databaseText.emptyTitle} text={databaseText.emptyText} testId="matrix-empty">
        <Button
          look="primary"
          onPress={() => openDialog({ kind: 'database-create' })}
          data-testid="database-create-empty"
        >
          <Icon of={Plus} small />
          {databaseText.create}
        </Button>
      </EmptyState>
    );
  }
  const rows = filterRows(rowsOf(matrix.databases, engines), filter, (config) => {
    const face = cellFace(config, credentials?.states.get(config.id), testRuns.get().running.get(config.id));
    const { marks } = migrationFace(true, cells.get(config.id), undefined);
    return `${face.word} ${face.state} ${view === 'migrations' ? marks.map(({ word }) => word).join(' ') : ''}`;
  });
  return (
    <div className={styles.screen}>
      <h1 className="visually-hidden">{plain(matrix.product.name)}</h1>
      {credentials && (credentials.message !== null || credentials.toEnter > 0) ? (
        <div className={styles.notice}>
          <CredentialNotice credentials={credentials} />
        </div>
      ) : null}
      {rows.length === 0 ? (
        <EmptyState title={text.nothingTitle} text={text.nothingText(filter)}>
          <Button onPress={() => navigation.set({ filter: '' })}>{text.clearFilter}</Button>
        </EmptyState>
      ) : (
        <Matrix
          rows={rows}
          environments={environments}
          credentials={credentials}
          compact={compact}
          view={view}
          cells={cells}
          now={now}
        />
      )}
      {selection.size > 1 ? (
        <div className={styles.selection} role="status">
          <span>{text.selected(selection.size)}</span>
          <Button small onPress={() => void startTests(configIdsOf(selection))}>
            <Icon of={FlaskConical} small />
            {text.testSelection}
          </Button>
          <Button
            small
            onPress={() => void refreshCells(configIdsOf(selection))}
            data-testid="refresh-selected"
          >
            <Icon of={RefreshCw} small />
            {matrixText.refresh}
          </Button>
          <Button small onPress={() => planCells(configIdsOf(selection))} data-testid="plan-selected">
            <Icon of={Play} small />
            {matrixText.planSelection}
          </Button>
          <Button
            small
            look="quiet"
            iconOnly
            aria-label={common.dismiss}
            onPress={() => cursor.set({ selection: new Set(), anchor: null })}
          >
            <Icon of={X} small />
          </Button>
        </div>
      ) : null}
      {cell ? (
        <Drawer
          key={`${cell.databaseId}/${cell.slug}`}
          cell={cell}
          matrix={matrix}
          credentials={credentials}
        />
      ) : null}
    </div>
  );
}
