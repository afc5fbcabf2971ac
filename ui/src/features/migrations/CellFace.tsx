import {
  Ban,
  Check,
  CircleDashed,
  CircleHelp,
  FilePenLine,
  Ghost,
  LoaderCircle,
  Minus,
  OctagonAlert,
  StepForward,
  Waypoints,
} from 'lucide-react';
import { Icon } from '../../design/Icon';
import { classes } from '../../design/text';
import styles from './cells.module.css';
import type { MarkKind, MigrationFace } from './face';

/** Each state has a shape of its own. */
export const MARK_ICONS = {
  unconfigured: Minus,
  reading: LoaderCircle,
  unknown: CircleHelp,
  unreadable: Ban,
  failed: OctagonAlert,
  drift: Waypoints,
  missing: Ghost,
  changed: FilePenLine,
  behind: StepForward,
  current: Check,
  none: CircleDashed,
} satisfies Record<MarkKind, unknown>;

/** The head, the worst that is to be said in words, and the rest as shapes whose words are read out. */
export function Face({ face, age }: { face: MigrationFace; age?: string | undefined }) {
  const [first, ...others] = face.marks;
  return (
    <span className={styles.face}>
      {face.head === '' ? null : <span className={styles.head}>{face.head}</span>}
      {first && first.kind !== 'unconfigured' ? (
        <span className={styles.mark} data-mark={first.kind}>
          <Icon
            of={MARK_ICONS[first.kind]}
            small
            {...(first.kind === 'reading' ? { className: styles.turning ?? '' } : {})}
          />
          <span className={styles.word}>{first.word}</span>
        </span>
      ) : null}
      {others.map(({ kind, word, short }) => (
        <span key={kind} className={classes(styles.mark, styles.brief)} data-mark={kind} title={word}>
          <Icon of={MARK_ICONS[kind]} small />
          <span aria-hidden="true">{short}</span>
          <span className="visually-hidden">{word}</span>
        </span>
      ))}
      {age ? <span className={styles.age}>{age}</span> : null}
    </span>
  );
}

/** In the ordinary matrix, at the end of a cell: "m10 −2". */
export function Head({ of }: { of: { head: string; behind: string } }) {
  return (
    <span className={styles.headOnly}>
      <span>{of.head}</span>
      {of.behind === '' ? null : <span className={styles.behind}> {of.behind}</span>}
    </span>
  );
}
