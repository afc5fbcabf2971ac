import { History, ListOrdered, Play, RefreshCw, Waypoints } from 'lucide-react';
import { useState } from 'react';
import type { DatabaseView } from '../../bindings/DatabaseView';
import { Button } from '../../design/Button';
import { Icon } from '../../design/Icon';
import { Notice } from '../../design/Layout';
import primitives from '../../design/primitives.module.css';
import { ago, plain } from '../../design/text';
import { cellText as text } from '../../text/migrationRuns';
import { standingText } from '../../text/migrations';
import { Face } from './CellFace';
import styles from './cellMigrations.module.css';
import { refreshCells, useMigrationCells, useReading } from './cells';
import { isStuck, migrationFace } from './face';
import { openMigrations, openPlan } from './place';
import { StandingFace, standingFace } from './StandingFace';

/** How far a cell is, what needs a person there, and the ways to go on. */
export function CellMigrations({ database, slug }: { database: DatabaseView; slug: string }) {
  const config = database.envs.find((candidate) => candidate.slug === slug);
  const cell = useMigrationCells().get(config?.id ?? '');
  const reading = useReading(config?.id);
  const [now] = useState(() => Date.now());
  if (!config) return <p className={primitives.faint}>{text.unconfigured}</p>;
  const pending =
    cell?.migrations.filter(({ state }) => state === 'pending' || state === 'rolled_back') ?? [];
  const odd =
    cell?.migrations.filter(
      (standing) =>
        isStuck(standing) ||
        standing.state === 'failed' ||
        standing.state === 'missing' ||
        standing.checksum_matches === false,
    ) ?? [];
  const lists = [
    { title: text.attention, of: odd },
    { title: text.pending, of: pending },
  ].filter(({ of }) => of.length > 0);
  return (
    <div className={styles.cell} data-testid="cell-migrations">
      <div className={primitives.row}>
        <Button look="primary" onPress={() => openPlan(database.id, slug)} data-testid="cell-plan">
          <Icon of={Play} small />
          {text.plan}
        </Button>
        <Button
          onPress={() => void refreshCells([config.id])}
          isDisabled={reading !== undefined}
          data-testid="cell-refresh"
        >
          <Icon of={RefreshCw} small />
          {text.refresh}
        </Button>
        <Button onPress={() => openMigrations(database.id, slug)}>
          <Icon of={ListOrdered} small />
          {text.open}
        </Button>
        <Button onPress={() => openMigrations(database.id, slug, 'schema')}>
          <Icon of={Waypoints} small />
          {text.schema}
        </Button>
        <Button onPress={() => openMigrations(database.id, slug, 'history')}>
          <Icon of={History} small />
          {text.history}
        </Button>
      </div>
      <p className={styles.state} role="status">
        <Face face={migrationFace(true, cell, reading)} />
        {cell ? (
          <span className={primitives.faint}>{standingText.read(ago(cell.checked_at, now))}</span>
        ) : null}
      </p>
      {cell?.error ? (
        <Notice tone="error">
          <span data-selectable>{plain(cell.error.message)}</span>
        </Notice>
      ) : null}
      {cell ? null : <p className={primitives.faint}>{text.unread}</p>}
      {lists.map(({ title, of }) => (
        <section key={title} aria-label={title}>
          <h3 className={styles.title}>{title}</h3>
          <ul className={styles.list}>
            {of.map((standing) => (
              <li key={standing.tag}>
                <StandingFace face={standingFace(true, true, standing)} />
                <span>{plain(standing.name)}</span>
              </li>
            ))}
          </ul>
        </section>
      ))}
      {cell && !cell.error && lists.length === 0 && cell.migrations.length > 0 ? (
        <p className={primitives.faint}>{text.nothing}</p>
      ) : null}
    </div>
  );
}
