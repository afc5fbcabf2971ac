import { Check, CircleDashed, CircleSlash, KeyRound, LoaderCircle, Lock, Plus, X } from 'lucide-react';
import { useStore } from '../../app/store';
import type { ConfigView } from '../../bindings/ConfigView';
import type { CredentialStateView } from '../../bindings/CredentialStateView';
import { Icon } from '../../design/Icon';
import { plain } from '../../design/text';
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
}

export function Cell(props: CellProps) {
  const { config, credential } = props;
  const running = useStore(testRuns, (state) => (config ? state.running.get(config.id) : undefined));
  const face = cellFace(config, credential, running);
  const failure = config?.last_test?.error?.message;
  return (
    <div
      id={props.id}
      role="gridcell"
      aria-colindex={props.column + 2}
      aria-selected={props.selected}
      className={styles.cell}
      data-testid={props.testId}
      data-state={face.state}
      data-class={props.environmentClass}
      data-inactive={props.inactive || undefined}
      data-current={props.current || undefined}
      data-selected={props.selected || undefined}
      data-open={props.open || undefined}
      data-column={props.column}
      title={
        config
          ? plain(face.state === 'failed' && failure ? `${config.target}\n${failure}` : config.target)
          : undefined
      }
    >
      <Face face={face} />
    </div>
  );
}
