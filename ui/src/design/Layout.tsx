import { Diamond, Hexagon, Info, LoaderCircle, Square, TriangleAlert } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import type { EnvironmentClassView } from '../bindings/EnvironmentClassView';
import { classNames, common } from '../text/common';
import { Icon } from './Icon';
import styles from './primitives.module.css';
import { classes } from './text';

/** A class is never a colour alone: it has a shape and a word too. */
export const CLASS_SHAPES = { development: Square, staging: Diamond, production: Hexagon } as const;

export function ClassBadge({ of }: { of: EnvironmentClassView }) {
  return (
    <span className={styles.badge} data-class={of}>
      <Icon of={CLASS_SHAPES[of]} small />
      {classNames[of]}
    </span>
  );
}

export function Badge({ children }: { children: ReactNode }) {
  return <span className={styles.badge}>{children}</span>;
}

export function EmptyState(props: { title: string; text: ReactNode; children?: ReactNode; testId?: string }) {
  return (
    <div className={styles.empty} data-testid={props.testId}>
      <h1 className={styles.emptyTitle}>{props.title}</h1>
      <p className={styles.emptyText}>{props.text}</p>
      {props.children ? <div className={styles.row}>{props.children}</div> : null}
    </div>
  );
}

export function Page(props: {
  title: string;
  actions?: ReactNode;
  children: ReactNode;
  testId?: string;
  /** For tables, which use what room there is. */
  wide?: boolean;
}) {
  return (
    <div className={styles.page} data-testid={props.testId}>
      <div className={classes(styles.pageInner, props.wide && styles.pageWide)}>
        <header className={styles.pageHead}>
          <h1 className={styles.pageTitle}>{props.title}</h1>
          {props.actions}
        </header>
        {props.children}
      </div>
    </div>
  );
}

export function Section(props: { title: string; actions?: ReactNode; children: ReactNode }) {
  return (
    <section className={styles.section} aria-label={props.title}>
      <div className={styles.row}>
        <h2 className={styles.sectionTitle}>{props.title}</h2>
        {props.actions}
      </div>
      {props.children}
    </section>
  );
}

/** A table whose last column has the buttons of each row; that column's heading is only read out. */
export function Table(props: { columns: string[]; buttons: string; children: ReactNode }) {
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          {props.columns.map((column) => (
            <th key={column} scope="col">
              {column}
            </th>
          ))}
          <th scope="col">
            <span className="visually-hidden">{props.buttons}</span>
          </th>
        </tr>
      </thead>
      <tbody>{props.children}</tbody>
    </table>
  );
}

export function Notice({
  tone = 'plain',
  children,
  role,
}: {
  tone?: 'plain' | 'warn' | 'error';
  children: ReactNode;
  role?: 'alert' | 'status';
}) {
  return (
    <div className={styles.notice} data-tone={tone} role={role}>
      <Icon of={tone === 'plain' ? Info : TriangleAlert} small />
      <div>{children}</div>
    </div>
  );
}

export function ProgressBar({ label, value, total }: { label: string; value: number; total: number }) {
  const share = total === 0 ? 0 : Math.min(1, value / total);
  return (
    <span className={styles.progress}>
      <span
        className={styles.track}
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={total}
        aria-valuenow={value}
      >
        <span className={styles.fill} style={{ width: `${share * 100}%`, display: 'block' }} />
      </span>
      <span>{common.progress(value, total)}</span>
    </span>
  );
}

/** True once `waiting` has lasted: what is over sooner shows no sign of waiting. */
export function useSlow(waiting: boolean, after = 200): boolean {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    if (!waiting) return;
    const timer = setTimeout(() => setSlow(true), after);
    return () => {
      clearTimeout(timer);
      setSlow(false);
    };
  }, [waiting, after]);
  return waiting && slow;
}

export function Waiting({ label }: { label: string }) {
  const slow = useSlow(true);
  return slow ? (
    <p className={styles.row} role="status">
      <Icon of={LoaderCircle} small className={styles.spinner ?? ''} />
      {label}
    </p>
  ) : null;
}
