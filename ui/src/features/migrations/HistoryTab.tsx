import { useState } from 'react';
import { Cell, Column, Row, Table, TableBody, TableHeader } from 'react-aria-components';
import type { MigrationCell } from '../../bindings/MigrationCell';
import type { MigrationStanding } from '../../bindings/MigrationStanding';
import { Button } from '../../design/Button';
import { Notice } from '../../design/Layout';
import primitives from '../../design/primitives.module.css';
import { ago, duration, moment, plain } from '../../design/text';
import { deedText, historyText as text } from '../../text/migrationRuns';
import { matrixText, migrations as migrationText } from '../../text/migrations';
import { EnvironmentChooser } from '../actions/EnvironmentChooser';
import table from '../actions/uses.module.css';
import { refreshCells, useMigrationCells } from './cells';
import type { TabProps } from './MigrationsScreen';
import styles from './migrations.module.css';
import { place } from './place';
import run from './run.module.css';
import { StandingFace, standingFace } from './StandingFace';

/** Newest first: what was applied or reverted, and what stopped. */
export function historyOf(cell: MigrationCell): MigrationStanding[] {
  const when = ({ applied_at }: MigrationStanding) => (applied_at === null ? 0 : Date.parse(applied_at));
  return cell.migrations
    .map((standing, position) => ({ standing, position }))
    .filter(({ standing }) => standing.state !== 'pending')
    .sort((a, b) => when(b.standing) - when(a.standing) || b.position - a.position)
    .map(({ standing }) => standing);
}

export default function HistoryTab({ database, environments, environment }: TabProps) {
  const cells = useMigrationCells();
  if (!environment)
    return (
      <div className={styles.padded}>
        <Notice>{deedText.noEnvironment}</Notice>
      </div>
    );
  const { slug } = environment;
  const config = database.envs.find((candidate) => candidate.slug === slug);
  const cell = cells.get(config?.id ?? '');
  return (
    <div className={run.panel}>
      <div className={run.bar} data-class={environment.class}>
        <div className={run.environments}>
          <EnvironmentChooser
            environments={environments}
            configured={new Set(database.envs.map((candidate) => candidate.slug))}
            slug={slug}
            onChange={(next) => place.set({ slug: next })}
            name="history-in"
            label={deedText.environment}
          />
        </div>
      </div>
      {cell ? (
        <Ran key={slug} cell={cell} database={plain(database.name)} />
      ) : (
        <div className={styles.padded}>
          <p data-testid="history-unread">{text.unread(slug)}</p>
          <div>
            <Button onPress={() => config && void refreshCells([config.id])}>{matrixText.refresh}</Button>
          </div>
        </div>
      )}
    </div>
  );
}

function Ran({ cell, database }: { cell: MigrationCell; database: string }) {
  const [now] = useState(() => Date.now());
  const [chosen, setChosen] = useState<string | null>(null);
  const ran = historyOf(cell);
  const shown = ran.find(({ tag }) => tag === chosen) ?? ran[0];
  if (!shown)
    return (
      <p className={styles.nothing} data-testid="history-empty">
        {text.empty(cell.env)} {text.read(ago(cell.checked_at, now))}
      </p>
    );
  return (
    <div className={table.history}>
      <div className={table.runs}>
        <Table
          aria-label={text.label(database, cell.env)}
          className={table.runTable ?? ''}
          selectionMode="single"
          selectionBehavior="replace"
          disallowEmptySelection
          selectedKeys={[shown.tag]}
          onSelectionChange={(keys) => {
            if (keys !== 'all') setChosen(String([...keys][0] ?? ''));
          }}
          data-testid="migration-history"
        >
          <TableHeader>
            <Column isRowHeader>{text.columns.at}</Column>
            <Column>{text.columns.migration}</Column>
            <Column>{text.columns.outcome}</Column>
            <Column>{text.columns.statements}</Column>
            <Column>{text.columns.time}</Column>
            <Column>{text.columns.by}</Column>
            <Column>{text.columns.version}</Column>
          </TableHeader>
          <TableBody>
            {ran.map((standing) => (
              <Row
                key={standing.tag}
                id={standing.tag}
                className={table.run ?? ''}
                data-testid={`history-${standing.tag}`}
              >
                <Cell>{standing.applied_at === null ? '' : moment(standing.applied_at)}</Cell>
                <Cell>{plain(standing.name)}</Cell>
                <Cell>
                  <StandingFace face={{ ...standingFace(true, true, standing), aside: '' }} />
                </Cell>
                <Cell>{migrationText.done(standing.statements_done, standing.statements)}</Cell>
                <Cell>{standing.duration_ms === null ? '' : duration(standing.duration_ms)}</Cell>
                <Cell>{plain(standing.by ?? text.nobody)}</Cell>
                <Cell>{standing.tool_version === null ? '' : text.tool(plain(standing.tool_version))}</Cell>
              </Row>
            ))}
          </TableBody>
        </Table>
      </div>
      <section className={table.chosen} aria-label={text.chosen} data-testid="history-chosen">
        {standingError(shown)}
        <dl className={primitives.facts}>
          <dt>{text.columns.migration}</dt>
          <dd data-selectable>
            <code>{plain(`${cell.database}:${shown.tag}`)}</code>
          </dd>
          <dt>{text.checksum}</dt>
          <dd data-selectable>
            <code>{plain(shown.checksum)}</code>
            {shown.checksum_matches === false ? <p className={primitives.help}>{text.differs}</p> : null}
          </dd>
        </dl>
        <p className={primitives.help}>{text.read(ago(cell.checked_at, now))}</p>
      </section>
    </div>
  );
}

function standingError({ error }: MigrationStanding) {
  return error === null ? null : (
    <Notice tone="error">
      <span data-selectable data-testid="history-error">
        {plain(error)}
      </span>
    </Notice>
  );
}
