import { OctagonAlert } from 'lucide-react';
import type { MigrationRepair } from '../../bindings/MigrationRepair';
import type { MigrationStanding } from '../../bindings/MigrationStanding';
import { Button } from '../../design/Button';
import { Icon } from '../../design/Icon';
import primitives from '../../design/primitives.module.css';
import { plain } from '../../design/text';
import { repairText as text } from '../../text/migrationRuns';
import { HelpLink } from '../help/HelpLink';
import { STOPPED } from '../help/topics';
import styles from './run.module.css';

const WAYS: MigrationRepair[] = ['resume', 'undo', 'mark_applied', 'mark_reverted'];

/** What stopped half way: how much is done, and the ways out. Each is planned before it is done. */
export function RepairPanel(props: {
  standing: MigrationStanding;
  slug: string;
  isDisabled: boolean;
  /** The way that is planned. */
  chosen: MigrationRepair | null;
  onWay: (how: MigrationRepair) => void;
}) {
  const { standing } = props;
  const next = standing.statements_done + 1;
  return (
    <section
      className={styles.repair}
      aria-label={text.title(plain(standing.name))}
      data-testid={`repair-${standing.tag}`}
    >
      <h2>
        <Icon of={OctagonAlert} />
        {text.title(plain(standing.name))}
      </h2>
      <p>
        <strong data-testid="repair-done">{text.done(standing.statements_done, standing.statements)}</strong>{' '}
        {standing.direction === 'down' ? text.back : ''}{' '}
        {standing.under_way === null ? '' : text.underWay(standing.under_way)}
      </p>
      {standing.error === null ? null : (
        <p className={styles.said} data-selectable>
          {plain(standing.error)}
        </p>
      )}
      <p>
        {text.lead} <HelpLink topic={STOPPED} />
      </p>
      <div className={styles.ways}>
        {WAYS.map((how) => [
          <Button
            key={how}
            look={props.chosen === how ? 'primary' : 'plain'}
            aria-current={props.chosen === how || undefined}
            onPress={() => props.onWay(how)}
            isDisabled={props.isDisabled}
            data-testid={`repair-${how}`}
          >
            {text.ways[how](next)}
          </Button>,
          <span key={`${how} help`} className={primitives.help}>
            {text.help[how]}
          </span>,
        ])}
      </div>
    </section>
  );
}
