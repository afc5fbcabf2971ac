import {
  Check,
  CircleDashed,
  CircleHelp,
  FilePenLine,
  Ghost,
  LoaderCircle,
  Minus,
  OctagonAlert,
  SkipForward,
  Undo2,
} from 'lucide-react';
import type { MigrationStanding } from '../../bindings/MigrationStanding';
import { Icon } from '../../design/Icon';
import { moment } from '../../design/text';
import { states, migrations as text } from '../../text/migrations';
import styles from './migrations.module.css';

export type StandingKind =
  | 'unconfigured'
  | 'unread'
  | 'pending'
  | 'skipped'
  | 'started'
  | 'applied'
  | 'edited'
  | 'failed'
  | 'rolled_back'
  | 'missing';

const ICONS = {
  unconfigured: Minus,
  unread: CircleHelp,
  pending: CircleDashed,
  skipped: SkipForward,
  started: LoaderCircle,
  applied: Check,
  edited: FilePenLine,
  failed: OctagonAlert,
  rolled_back: Undo2,
  missing: Ghost,
} satisfies Record<StandingKind, unknown>;

/** One migration in one environment, as a shape and a word. */
export function standingFace(
  configured: boolean,
  read: boolean,
  standing: MigrationStanding | undefined,
): { kind: StandingKind; word: string; aside: string } {
  if (!configured) return { kind: 'unconfigured', word: text.notConfigured, aside: '' };
  if (!standing)
    return read
      ? { kind: 'pending', word: states.pending, aside: '' }
      : { kind: 'unread', word: text.notRead, aside: '' };
  const { state } = standing;
  const part = text.done(standing.statements_done, standing.statements);
  if (state === 'applied') {
    const aside = standing.applied_at === null ? '' : moment(standing.applied_at);
    return standing.checksum_matches === false
      ? { kind: 'edited', word: text.edited, aside }
      : { kind: 'applied', word: states.applied, aside };
  }
  if (state === 'failed' || state === 'started') return { kind: state, word: states[state], aside: part };
  if (state === 'pending' && standing.out_of_order)
    return { kind: 'skipped', word: text.outOfOrder, aside: '' };
  return { kind: state, word: states[state], aside: '' };
}

export function StandingFace({
  face,
  brief,
}: {
  face: ReturnType<typeof standingFace>;
  /** The shape alone; its word is read out. */
  brief?: boolean;
}) {
  return (
    <span className={styles.standing} data-kind={face.kind}>
      <Icon of={ICONS[face.kind]} small />
      <span className={brief || face.kind === 'unconfigured' ? 'visually-hidden' : styles.standingWord}>
        {face.word}
      </span>
      {brief || face.aside === '' ? null : <span className={styles.standingAside}>{face.aside}</span>}
    </span>
  );
}
