import { CopyPlus, FileCode, FlaskConical, GitCompareArrows, type LucideIcon, X } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import {
  type CellTarget,
  closeCell,
  type DialogTarget,
  type DrawerTab,
  navigation,
  openDatabase,
  openDialog,
} from '../../app/navigation';
import { type Credentials, engineOf, useEngines, useLastTest } from '../../app/queries';
import { useStore } from '../../app/store';
import type { ConfigView } from '../../bindings/ConfigView';
import type { DatabaseView } from '../../bindings/DatabaseView';
import type { EngineInfo } from '../../bindings/EngineInfo';
import type { EnvironmentView } from '../../bindings/EnvironmentView';
import type { MatrixView } from '../../bindings/MatrixView';
import { Button } from '../../design/Button';
import { Icon } from '../../design/Icon';
import { ClassBadge } from '../../design/Layout';
import primitives from '../../design/primitives.module.css';
import { classes, moment, plain } from '../../design/text';
import { common } from '../../text/common';
import {
  compare as compareText,
  copyAs as copyAsText,
  copyTo as copyToText,
  test as testText,
  connection as text,
} from '../../text/connection';
import { databases as databaseText } from '../../text/databases';
import { matrix as matrixText } from '../../text/matrix';
import { secrets as secretText } from '../../text/secrets';
import { CellActions } from '../actions/CellActions';
import { CellStatus } from '../matrix/Cell';
import { copyUrl } from '../matrix/deeds';
import { cancelTests, startTests, testRuns } from '../matrix/testRuns';
import { CellMigrations } from '../migrations/CellMigrations';
import { ConnectionEditor } from './ConnectionEditor';
import styles from './connection.module.css';
import tools from './drawerTools.module.css';
import { sessionOf } from './sessions';
import { TestOutcome, TestTimeline } from './TestTimeline';

function leave(): void {
  closeCell();
  document.querySelector<HTMLElement>('[data-testid="matrix"]')?.focus();
}

/** A cell, opened without leaving the matrix: below it, or beside it where the window is wide. */
export function Drawer({
  cell,
  matrix,
  credentials,
}: {
  cell: CellTarget;
  matrix: MatrixView;
  credentials: Credentials | undefined;
}) {
  const engines = useEngines();
  const database = matrix.databases.find((candidate) => candidate.id === cell.databaseId);
  const environment = matrix.environments.find((candidate) => candidate.slug === cell.slug);
  const engine = database && engineOf(engines, database.type);
  const gone = !database || !environment || !engine;
  useEffect(() => {
    if (gone) closeCell();
  }, [gone]);
  if (gone) return null;
  return (
    <Opened
      key={`${cell.databaseId}/${cell.slug}`}
      productId={matrix.product.id}
      database={database}
      environment={environment}
      engine={engine}
      credentials={credentials}
    />
  );
}

interface OpenedProps {
  productId: string;
  database: DatabaseView;
  environment: EnvironmentView;
  engine: EngineInfo;
  credentials: Credentials | undefined;
}

function Opened({ productId, database, environment, engine, credentials }: OpenedProps) {
  const tab = useStore(navigation, (state) => state.tab);
  const { slug } = environment;
  const config = database.envs.find((candidate) => candidate.slug === slug);
  const [session] = useState(() => sessionOf(database.id, slug, config?.connection_url ?? '', engine));
  const title = text.drawer(plain(database.name), slug);
  return (
    <section
      className={styles.drawer}
      aria-label={title}
      data-testid="drawer"
      data-class={environment.class}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.defaultPrevented) leave();
      }}
    >
      <Tabs
        className={styles.tabs ?? ''}
        selectedKey={tab}
        onSelectionChange={(key) => navigation.set({ tab: key as DrawerTab })}
      >
        <header className={styles.drawerHead}>
          <h2 className={classes(styles.drawerTitle, primitives.truncate)}>{title}</h2>
          <ClassBadge of={environment.class} />
          <TabList className={primitives.tabs ?? ''} aria-label={title}>
            {(Object.keys(text.tabs) as DrawerTab[]).map((id) => (
              <Tab key={id} id={id} className={primitives.tab ?? ''} data-testid={`tab-${id}`}>
                {text.tabs[id]}
              </Tab>
            ))}
          </TabList>
          <span className={styles.drawerState}>
            <CellStatus config={config} credential={config && credentials?.states.get(config.id)} brief />
          </span>
          {config ? <Tools target={{ databaseId: database.id, slug }} /> : null}
          <Button
            look="quiet"
            small
            iconOnly
            aria-label={text.close}
            onPress={leave}
            data-testid="drawer-close"
          >
            <Icon of={X} small />
          </Button>
        </header>
        <TabPanel id="connection" className={styles.panel ?? ''}>
          <ConnectionEditor
            session={session}
            productId={productId}
            database={database}
            slug={slug}
            config={config}
            engine={engine}
          />
        </TabPanel>
        <TabPanel id="test" className={styles.panel ?? ''}>
          <TestPanel config={config} file={engine.file} />
        </TabPanel>
        <TabPanel id="actions" className={styles.panel ?? ''}>
          <div className={styles.padded}>
            <CellActions database={database} slug={slug} />
          </div>
        </TabPanel>
        <TabPanel id="migrations" className={styles.panel ?? ''}>
          <div className={styles.padded}>
            <CellMigrations database={database} slug={slug} />
          </div>
        </TabPanel>
        <TabPanel id="details" className={styles.panel ?? ''}>
          <Details database={database} environment={environment} config={config} credentials={credentials} />
        </TabPanel>
      </Tabs>
    </section>
  );
}

const TOOLS: { kind: DialogTarget['kind'] & `cell-${string}`; label: string; icon: LucideIcon }[] = [
  { kind: 'cell-compare', label: compareText.button, icon: GitCompareArrows },
  { kind: 'cell-copy', label: copyToText.button, icon: CopyPlus },
  { kind: 'cell-copy-as', label: copyAsText.button, icon: FileCode },
];

/** What can be done with the whole string. Where there is little room, each is its icon, with its words as name. */
function Tools({ target }: { target: CellTarget }) {
  return (
    <span className={tools.tools}>
      {TOOLS.map(({ kind, label, icon }) => (
        <Button
          key={kind}
          look="quiet"
          small
          aria-label={label}
          data-testid={`tool-${kind.slice('cell-'.length)}`}
          onPress={() => openDialog({ kind, ...target })}
        >
          <Icon of={icon} small />
          <span className={tools.word}>{label}</span>
        </Button>
      ))}
    </span>
  );
}

function TestPanel({ config, file }: { config: ConfigView | undefined; file: boolean }) {
  const running = useStore(testRuns, (state) => (config ? state.running.get(config.id) : undefined));
  const last = useLastTest(config?.id);
  if (!config) return <p className={styles.padded}>{testText.unconfigured}</p>;
  const result = last.data ?? null;
  return (
    <div className={styles.padded} aria-live="polite">
      <div className={primitives.row}>
        {running ? (
          <Button onPress={() => void cancelTests()} data-testid="cancel-test">
            {text.cancelTest}
          </Button>
        ) : (
          <Button onPress={() => void startTests([config.id])} data-testid="test-cell">
            <Icon of={FlaskConical} small />
            {text.test}
          </Button>
        )}
        {config.last_test || running ? null : <span className={primitives.faint}>{testText.never}</span>}
      </div>
      <TestTimeline result={result} stage={running ? (running.stage ?? 'parse') : null} file={file} />
      {running || !result ? null : <TestOutcome result={result} file={file} />}
    </div>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd data-selectable>{children}</dd>
    </>
  );
}

function Details({
  database,
  environment,
  config,
  credentials,
}: Omit<OpenedProps, 'productId' | 'engine'> & { config: ConfigView | undefined }) {
  if (!config) return <p className={styles.padded}>{testText.unconfigured}</p>;
  const state = credentials?.states.get(config.id);
  const missing = credentials?.missing.get(config.id) ?? [];
  return (
    <div className={styles.padded}>
      <div className={primitives.row}>
        <Button small onPress={() => void copyUrl(config.id, true)}>
          {matrixText.copyMasked}
        </Button>
        <Button small onPress={() => void copyUrl(config.id, false)}>
          {matrixText.copyReal}
        </Button>
        <Button small onPress={() => openDatabase(database.id)}>
          {matrixText.databaseDetails}
        </Button>
      </div>
      <dl className={primitives.facts}>
        <Fact name={matrixText.database}>{plain(`${database.name} (${database.tag})`)}</Fact>
        <Fact name={text.tabs.connection}>
          <code className={styles.wrap}>{plain(config.connection_url)}</code>
        </Fact>
        <Fact name={databaseText.environments}>{plain(`${environment.env_name} (${environment.slug})`)}</Fact>
        <Fact name={secretText.state}>
          {state ? secretText.states[state] : common.loading}
          {missing.length > 0 ? `: ${plain(missing.join(', '))}` : ''}
        </Fact>
        <Fact name={secretText.title}>
          {config.references.length > 0 ? plain(config.references.join(', ')) : common.none}
        </Fact>
        <Fact name={common.description}>{plain(config.description ?? common.none)}</Fact>
        <Fact name={databaseText.updated_at}>{moment(database.updated_at)}</Fact>
        <Fact name={databaseText.id}>
          <code>{config.id}</code>
        </Fact>
      </dl>
    </div>
  );
}
