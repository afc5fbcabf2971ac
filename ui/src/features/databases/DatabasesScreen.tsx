import { Pencil, Plus, Trash2 } from 'lucide-react';
import { navigation, openCell, openDatabase, openDialog } from '../../app/navigation';
import { engineOf, useCredentials, useEngines, useMatrix } from '../../app/queries';
import { useStore } from '../../app/store';
import type { DatabaseView } from '../../bindings/DatabaseView';
import type { MatrixView } from '../../bindings/MatrixView';
import { Button } from '../../design/Button';
import { Icon } from '../../design/Icon';
import { ClassBadge, EmptyState, Page, Section, Waiting } from '../../design/Layout';
import primitives from '../../design/primitives.module.css';
import { classes, moment, plain } from '../../design/text';
import { common } from '../../text/common';
import { databases as text } from '../../text/databases';
import { CellStatus } from '../matrix/Cell';
import { deleteDatabase } from '../matrix/deeds';
import { columnsOf } from '../matrix/model';
import styles from './Databases.module.css';

export function DatabasesScreen() {
  const matrix = useMatrix().data;
  const engines = useEngines();
  const databaseId = useStore(navigation, (state) => state.databaseId);
  if (!matrix) return <Waiting label={common.loading} />;
  const { databases } = matrix;
  if (databases.length === 0) {
    return (
      <EmptyState title={text.emptyTitle} text={text.emptyText}>
        <Button look="primary" onPress={() => openDialog({ kind: 'database-create' })}>
          <Icon of={Plus} small />
          {text.create}
        </Button>
      </EmptyState>
    );
  }
  const current = databases.find((database) => database.id === databaseId) ?? databases[0];
  return (
    <div className={styles.split} data-testid="databases-screen">
      <nav className={styles.list} aria-label={text.title}>
        {databases.map((database) => (
          <button
            key={database.id}
            type="button"
            className={styles.entry}
            aria-current={database.id === current?.id}
            data-testid={`database-${database.tag}`}
            onClick={() => openDatabase(database.id)}
          >
            <span className={classes(styles.entryName, primitives.truncate)}>{plain(database.name)}</span>
            <code className={primitives.faint}>{engineOf(engines, database.type)?.abbreviation}</code>
          </button>
        ))}
      </nav>
      {current ? <DatabaseDetail key={current.id} database={current} matrix={matrix} /> : null}
    </div>
  );
}

function DatabaseDetail({ database, matrix }: { database: DatabaseView; matrix: MatrixView }) {
  const engines = useEngines();
  const credentials = useCredentials().data;
  const bySlug = new Map(database.envs.map((config) => [config.slug, config]));
  return (
    <Page
      title={plain(database.name)}
      testId="database-detail"
      actions={
        <>
          <Button
            onPress={() => openDialog({ kind: 'database-edit', databaseId: database.id })}
            data-testid="database-edit"
          >
            <Icon of={Pencil} small />
            {common.edit}
          </Button>
          <Button look="danger" onPress={() => void deleteDatabase(database)} data-testid="database-delete">
            <Icon of={Trash2} small />
            {common.delete}
          </Button>
        </>
      }
    >
      <dl className={primitives.facts} data-selectable>
        <dt>{common.tag}</dt>
        <dd>
          <code>{database.tag}</code>
        </dd>
        <dt>{text.type}</dt>
        <dd>{engineOf(engines, database.type)?.display_name ?? plain(database.type)}</dd>
        <dt>{common.description}</dt>
        <dd>{plain(database.description ?? common.none)}</dd>
        <dt>{text.actions}</dt>
        <dd>{database.actions}</dd>
        <dt>{text.migrations}</dt>
        <dd>{database.migrations}</dd>
        <dt>{text.created_at}</dt>
        <dd>{moment(database.created_at)}</dd>
        <dt>{text.updated_at}</dt>
        <dd>{moment(database.updated_at)}</dd>
        <dt>{text.revision}</dt>
        <dd>{database.revision}</dd>
        <dt>{text.id}</dt>
        <dd>
          <code>{database.id}</code>
        </dd>
      </dl>
      <Section title={text.environments}>
        <div>
          {columnsOf(matrix).map((environment) => {
            const config = bySlug.get(environment.slug);
            return (
              <div key={environment.id} className={styles.config}>
                <span className={styles.configHead}>
                  <strong>{environment.slug}</strong>
                  <ClassBadge of={environment.class} />
                  {config ? (
                    <CellStatus config={config} credential={credentials?.states.get(config.id)} />
                  ) : null}
                </span>
                <Button small onPress={() => openCell({ databaseId: database.id, slug: environment.slug })}>
                  {config ? text.openCell : common.add}
                </Button>
                {config ? (
                  <span className={styles.url} data-selectable>
                    {plain(config.connection_url)}
                  </span>
                ) : null}
                {config?.description ? (
                  <span className={primitives.faint}>{plain(config.description)}</span>
                ) : null}
              </div>
            );
          })}
        </div>
      </Section>
    </Page>
  );
}
