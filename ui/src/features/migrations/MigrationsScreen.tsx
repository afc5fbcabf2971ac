import { Ellipsis, FolderInput, FolderOutput, Plus, RefreshCw } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import { openDialog } from '../../app/navigation';
import { engineOf, useEngines, useMatrix } from '../../app/queries';
import { useStore } from '../../app/store';
import type { DatabaseView } from '../../bindings/DatabaseView';
import type { EnvironmentView } from '../../bindings/EnvironmentView';
import type { MatrixView } from '../../bindings/MatrixView';
import { Button } from '../../design/Button';
import { Select } from '../../design/Field';
import { Icon } from '../../design/Icon';
import { EmptyState, Notice, Waiting } from '../../design/Layout';
import { MenuButton } from '../../design/Menu';
import primitives from '../../design/primitives.module.css';
import { classes, plain } from '../../design/text';
import { asAppError } from '../../platform';
import { common } from '../../text/common';
import { databases as databaseText } from '../../text/databases';
import { errorText } from '../../text/errors';
import { matrixText, migrations as text } from '../../text/migrations';
import { environmentFor } from '../actions/place';
import { columnsOf } from '../matrix/model';
import { refreshCells, refreshes, useMigrationCells } from './cells';
import { focusGrid } from './focus';
import { rowsOf } from './list';
import { MigrationGrid } from './MigrationGrid';
import styles from './migrations.module.css';
import { closeEditor, type MigrationTab, openNewMigration, place, showDatabase } from './place';
import { useMigrations } from './queries';

// What is not seen at first is fetched when it is.
const MigrationEditor = lazy(() => import('./MigrationEditor'));
const RunTab = lazy(() => import('./RunTab'));
const HistoryTab = lazy(() => import('./HistoryTab'));
const SchemaTab = lazy(() => import('./SchemaTab'));

export function MigrationsScreen() {
  const matrix = useMatrix().data;
  const wanted = useStore(place, (state) => state.databaseId);
  if (!matrix) return <Waiting label={common.loading} />;
  const { databases } = matrix;
  const database = databases.find(({ id }) => id === wanted) ?? databases[0];
  if (!database)
    return (
      <EmptyState title={text.emptyTitle} text={text.noDatabasesText} testId="migrations-empty">
        <Button look="primary" onPress={() => openDialog({ kind: 'database-create' })}>
          <Icon of={Plus} small />
          {databaseText.create}
        </Button>
      </EmptyState>
    );
  return <Shown key={database.id} matrix={matrix} database={database} />;
}

export interface TabProps {
  matrix: MatrixView;
  database: DatabaseView;
  environments: EnvironmentView[];
  /** The chosen one; none where the database has no connection. */
  environment: EnvironmentView | undefined;
}

function Shown({ matrix, database }: { matrix: MatrixView; database: DatabaseView }) {
  const tab = useStore(place, (state) => state.tab);
  const slug = useStore(place, (state) => state.slug);
  const environments = columnsOf(matrix);
  const environment = environmentFor(environments, database.envs, slug);
  const shared: TabProps = { matrix, database, environments, environment };
  const panels: Record<MigrationTab, React.ReactNode> = {
    list: <ListTab {...shared} />,
    run: <RunTab {...shared} />,
    history: <HistoryTab {...shared} />,
    schema: <SchemaTab {...shared} />,
  };
  return (
    <div className={styles.screen} data-testid="migrations-screen">
      <Head matrix={matrix} database={database} />
      <Tabs
        className={styles.tabs ?? ''}
        selectedKey={tab}
        onSelectionChange={(key) => place.set({ tab: key as MigrationTab })}
      >
        <TabList
          className={classes(primitives.tabs, styles.tabList)}
          aria-label={text.list(plain(database.name))}
        >
          {(Object.keys(text.tabs) as MigrationTab[]).map((id) => (
            <Tab key={id} id={id} className={primitives.tab ?? ''} data-testid={`migration-tab-${id}`}>
              {text.tabs[id]}
            </Tab>
          ))}
        </TabList>
        {(Object.keys(text.tabs) as MigrationTab[]).map((id) => (
          <TabPanel key={id} id={id} className={styles.panel ?? ''}>
            <Suspense fallback={<Waiting label={common.loading} />}>{panels[id]}</Suspense>
          </TabPanel>
        ))}
      </Tabs>
    </div>
  );
}

function Head({ matrix, database }: { matrix: MatrixView; database: DatabaseView }) {
  const engines = useEngines();
  const filter = useStore(place, (state) => state.filter);
  const reading = useStore(refreshes, ({ runs }) => runs.length > 0);
  return (
    <header className={styles.head}>
      <h1 className="visually-hidden">{text.list(plain(database.name))}</h1>
      <div className={styles.chooser}>
        <Select
          label={text.database}
          hideLabel
          value={database.id}
          choices={matrix.databases.map(({ id, name, type }) => ({
            id,
            label: `${plain(name)} (${engineOf(engines, type)?.abbreviation ?? plain(type)})`,
          }))}
          onChange={showDatabase}
          testId="migration-database"
        />
      </div>
      <input
        type="search"
        className={styles.filter}
        value={filter}
        onChange={(event) => place.set({ filter: event.target.value, tab: 'list' })}
        onKeyDown={(event) => {
          if (event.key === 'Escape' && filter !== '') place.set({ filter: '' });
          else if (event.key !== 'Enter' && event.key !== 'ArrowDown') return;
          event.preventDefault();
          focusGrid();
        }}
        placeholder={text.filter}
        aria-label={text.filter}
        aria-keyshortcuts="/"
        data-testid="migration-filter"
        spellCheck={false}
        autoComplete="off"
      />
      <span className={styles.tools}>
        <Button
          onPress={() => void refreshCells(database.envs.map(({ id }) => id))}
          isDisabled={reading}
          data-testid="migration-refresh"
        >
          <Icon of={RefreshCw} small />
          {matrixText.refresh}
        </Button>
        <Button look="primary" onPress={() => openNewMigration(database.id)} data-testid="migration-create">
          <Icon of={Plus} small />
          {text.create}
        </Button>
        <MenuButton
          label={text.more}
          button={
            <Button iconOnly aria-label={text.more} data-testid="migration-more">
              <Icon of={Ellipsis} small />
            </Button>
          }
          actions={[
            {
              id: 'import-migrations',
              label: text.import,
              icon: FolderInput,
              run: () => openDialog({ kind: 'migration-import', databaseId: database.id }),
            },
            {
              id: 'export-migrations',
              label: text.export,
              icon: FolderOutput,
              run: () => openDialog({ kind: 'migration-export', databaseId: database.id }),
            },
          ]}
        />
      </span>
    </header>
  );
}

function ListTab({ database, environments }: TabProps) {
  const { data: list, error, refetch } = useMigrations(database.id);
  const cells = useMigrationCells();
  const { filter, migrationId, creating } = useStore(place, (state) => state);
  if (error)
    return (
      <div className={styles.padded}>
        <Notice tone="error">{errorText(asAppError(error))}</Notice>
        <div>
          <Button onPress={() => void refetch()}>{common.retry}</Button>
        </div>
      </div>
    );
  if (!list) return <Waiting label={common.loading} />;
  const mine = database.envs.flatMap(({ id }) => cells.get(id) ?? []);
  const rows = rowsOf(list, mine, filter);
  const shownId = list.some(({ id }) => id === migrationId) ? migrationId : null;
  const open = creating || shownId !== null;
  if (list.length === 0 && rows.length === 0 && filter === '' && !creating)
    return (
      <div className={styles.emptyIn} data-testid="migrations-none">
        <h2>{text.emptyIn(plain(database.name))}</h2>
        <p>{text.emptyText}</p>
        <p>{text.emptyInText}</p>
        <div className={primitives.row}>
          <Button
            look="primary"
            onPress={() => openNewMigration(database.id)}
            data-testid="migration-create-empty"
          >
            <Icon of={Plus} small />
            {text.create}
          </Button>
          <Button onPress={() => openDialog({ kind: 'migration-import', databaseId: database.id })}>
            <Icon of={FolderInput} small />
            {text.import}
          </Button>
        </div>
      </div>
    );
  return (
    <div className={styles.split} data-open={open || undefined}>
      {rows.length === 0 ? (
        <p className={styles.nothing} role="status">
          {text.nothing(filter)}
        </p>
      ) : (
        <MigrationGrid
          database={database}
          rows={rows}
          list={list}
          environments={environments}
          read={
            new Set(mine.filter((cell) => !cell.error || cell.migrations.length > 0).map(({ env }) => env))
          }
          narrow={open}
          shownId={shownId}
        />
      )}
      {open ? (
        <Suspense fallback={<Waiting label={common.loading} />}>
          <MigrationEditor
            key={creating ? 'new' : shownId}
            database={database}
            migrationId={creating ? null : shownId}
            applied={mine
              .filter((cell) =>
                cell.migrations.some(
                  ({ tag, state }) =>
                    tag === list.find(({ id }) => id === shownId)?.tag &&
                    state !== 'pending' &&
                    state !== 'rolled_back',
                ),
              )
              .map(({ env }) => env)}
            onClose={() => {
              closeEditor();
              focusGrid();
            }}
          />
        </Suspense>
      ) : null}
    </div>
  );
}
