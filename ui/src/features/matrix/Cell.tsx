import { Check, CircleDashed, CircleSlash, KeyRound, LoaderCircle, Lock, Plus, X } from 'lucide-react';
import type { MatrixKind } from '../../app/navigation';
import { useStore } from '../../app/store';
import type { ConfigView } from '../../bindings/ConfigView';
import type { CredentialStateView } from '../../bindings/CredentialStateView';
import type { MigrationCell } from '../../bindings/MigrationCell';
import { Icon } from '../../design/Icon';
import { ago, plain } from '../../design/text';
import { Head, Face as MigrationFace } from '../migrations/CellFace';
import { useReading } from '../migrations/cells';
import { age, cellTitle, headFace, migrationFace } from '../migrations/face';
import styles from './matrix.module.css';
import { type CellFace, type CellState, cellFace } from './model';
import { testRuns } from './testRuns';

export const STATE_ICONS = {
  unconfigured: Plus,
  untested: CircleDashed,
  testing: LoaderCircle,
  ok: Check,
  failed: X,
  no_credential: KeyRound,
  locked: Lock,
  unavailable: CircleSlash,
} satisfies Record<CellState, unknown>;

function Face({ face, brief }: { face: CellFace; brief?: boolean | undefined }) {
  return (
    <span className={styles.status} data-state={face.state}>
      <Icon
        of={STATE_ICONS[face.state]}
        small
        className={face.state === 'testing' ? styles.turning : undefined}
      />
      <span className={styles.word}>{face.word}</span>
      {face.aside && !brief ? <span className={styles.aside}>{face.aside}</span> : null}
    </span>
  );
}

/** The state of a cell by icon, word and colour. */
export function CellStatus(props: {
  config: ConfigView | undefined;
  credential: CredentialStateView | undefined;
  /** Without the server's version. */
  brief?: boolean;
}) {
  const { config, credential, brief } = props;
  const running = useStore(testRuns, (state) => (config ? state.running.get(config.id) : undefined));
  return <Face face={cellFace(config, credential, running)} brief={brief} />;
}

export interface CellProps {
  id: string;
  testId: string;
  column: number;
  config: ConfigView | undefined;
  credential: CredentialStateView | undefined;
  environmentClass: string;
  inactive: boolean;
  current: boolean;
  selected: boolean;
  open: boolean;
  view: MatrixKind;
  /** How far its migrations are, where that is known. */
  migrations: MigrationCell | undefined;
  /** The time, to the minute: what is shown has an age. */
  now: number;
}

export function Cell(props: CellProps) {
  const { config, credential } = props;
  const running = useStore(testRuns, (state) => (config ? state.running.get(config.id) : undefined));
  const face = cellFace(config, credential, running);
  const failure = config?.last_test?.failure;
  const reading = useReading(config?.id);
  const head = config ? headFace(props.migrations) : null;
  const shown =
    props.view === 'migrations' ? migrationFace(config !== undefined, props.migrations, reading) : null;
  const told =
    config && shown
      ? cellTitle(props.migrations, (at) => ago(at, props.now))
      : config && plain(face.state === 'failed' && failure ? `${config.target}\n${failure}` : config.target);
  return (
    <div
      id={props.id}
      role="gridcell"
      aria-colindex={props.column + 2}
      aria-selected={props.selected}
      className={styles.cell}
      data-testid={props.testId}
      data-state={shown ? shown.marks[0]?.kind : face.state}
      data-class={props.environmentClass}
      data-inactive={props.inactive || undefined}
      data-current={props.current || undefined}
      data-selected={props.selected || undefined}
      data-open={props.open || undefined}
      data-column={props.column}
      title={told}
    >
      {shown ? (
        <MigrationFace
          face={shown}
          age={props.migrations && !reading ? age(props.migrations.checked_at, props.now) : undefined}
        />
      ) : (
        <>
          <Face face={face} />
          {head ? <Head of={head} /> : null}
        </>
      )}
    </div>
  );
}
