import { CircleAlert, CircleCheck, TriangleAlert, Unlink } from 'lucide-react';
import { useState } from 'react';
import type { MigrationCheck } from '../../bindings/MigrationCheck';
import type { MigrationFault } from '../../bindings/MigrationFault';
import type { MigrationSide } from '../../bindings/MigrationSide';
import type { MigrationWarning } from '../../bindings/MigrationWarning';
import { Button } from '../../design/Button';
import { Field } from '../../design/Field';
import { Icon } from '../../design/Icon';
import primitives from '../../design/primitives.module.css';
import { plain } from '../../design/text';
import { common } from '../../text/common';
import { editorText as text } from '../../text/migrations';
import reading from '../actions/editor.module.css';
import styles from './editor.module.css';

/** Where a warning stands. */
export interface Spot {
  side: MigrationSide;
  statement: number | null;
}

/** What is read in the statements as they are typed: what must be mended, what is to be known, what was let pass. */
export function Problems(props: {
  check: MigrationCheck | null;
  blank: boolean;
  /** The problem that F8 went to. */
  current: number | null;
  applied: string[];
  onFault: (fault: MigrationFault, index: number) => void;
  onWarning: (spot: Spot) => void;
  onWaive: (warning: MigrationWarning, reason: string | null) => void;
}) {
  const { check, blank, current, applied } = props;
  if (!check) return <aside className={reading.reading} />;
  const faults = blank ? [] : check.faults;
  return (
    <aside className={reading.reading} aria-label={text.reading} data-testid="migration-reading">
      <section aria-label={text.problems}>
        <h2 className={reading.readingTitle}>
          {text.problems}
          {faults.length > 0 ? <span className={reading.f8}>{text.problemsKey}</span> : null}
        </h2>
        {blank ? (
          <p className={primitives.faint}>{text.blank}</p>
        ) : faults.length === 0 ? (
          <p className={reading.fine} data-testid="migration-no-problems">
            <Icon of={CircleCheck} small />
            {text.noProblems}
          </p>
        ) : (
          <ul className={reading.problems}>
            {faults.map((fault, index) => (
              <li key={`${fault.side}-${fault.code}-${fault.start}`}>
                <button
                  type="button"
                  className={reading.problem}
                  aria-current={index === current}
                  data-testid={`migration-problem-${fault.code}`}
                  onClick={() => props.onFault(fault, index)}
                >
                  <Icon of={CircleAlert} small />
                  <span>
                    <Where side={fault.side} statement={fault.statement} /> {plain(fault.message)}
                  </span>
                </button>
              </li>
            ))}
          </ul>
        )}
        <span className="visually-hidden" role="status">
          {current === null || !faults[current]
            ? ''
            : text.problem(current + 1, faults.length, plain(faults[current].message))}
        </span>
      </section>
      {blank ? null : (
        <section aria-label={text.warnings}>
          <h2 className={reading.readingTitle}>{text.warnings}</h2>
          {check.warnings.length === 0 ? (
            <p className={primitives.faint}>{text.noWarnings}</p>
          ) : (
            <ul className={styles.warnings} data-testid="migration-warnings">
              {check.warnings.map((warning) => (
                <Warning
                  key={`${warning.side}-${warning.statement}-${warning.code}`}
                  warning={warning}
                  onGo={() => props.onWarning(warning)}
                  onWaive={(reason) => props.onWaive(warning, reason)}
                />
              ))}
            </ul>
          )}
        </section>
      )}
      <section aria-label={text.applied}>
        <h2 className={reading.readingTitle}>{text.applied}</h2>
        <p className={applied.length > 0 ? undefined : primitives.faint} data-testid="migration-applied">
          {applied.length > 0 ? applied.join(', ') : text.appliedNowhere}
        </p>
        {applied.length > 0 ? <p className={reading.note}>{text.appliedHelp}</p> : null}
      </section>
      {check.checksum === null ? null : (
        <section aria-label={text.checksum}>
          <h2 className={reading.readingTitle}>{text.checksum}</h2>
          <code className={styles.checksum} data-selectable title={check.checksum}>
            {check.checksum.slice(0, 16)}
          </code>
        </section>
      )}
    </aside>
  );
}

function Where({ side, statement }: { side: MigrationSide | null; statement: number | null }) {
  if (side === null) return null;
  return (
    <span className={styles.where}>
      {text.sides[side]}
      {statement === null ? '' : ` ${statement}`}
    </span>
  );
}

function Warning(props: {
  warning: MigrationWarning;
  onGo: () => void;
  onWaive: (reason: string | null) => void;
}) {
  const { warning, onGo, onWaive } = props;
  const [reason, setReason] = useState<string | null>(null);
  const [refused, setRefused] = useState(false);
  const canWaive = warning.side === 'up' && warning.statement !== null;
  return (
    <li
      className={styles.warning}
      data-waived={warning.waived !== null || undefined}
      data-testid={`migration-warning-${warning.code}`}
    >
      <button type="button" className={styles.warningText} onClick={onGo}>
        <Icon of={warning.destructive ? Unlink : TriangleAlert} small />
        <span>
          <Where side={warning.side} statement={warning.statement} />{' '}
          {warning.destructive ? <strong>{text.destructive}. </strong> : null}
          {plain(warning.message)}
        </span>
      </button>
      {warning.waived === null ? (
        canWaive && reason === null ? (
          <Button
            small
            look="quiet"
            onPress={() => setReason('')}
            aria-label={text.waiveNamed(warning.statement ?? 0)}
            data-testid={`waive-${warning.code}`}
          >
            {text.waive}
          </Button>
        ) : null
      ) : (
        <span className={styles.waived}>
          <span>{plain(text.waived(warning.waived))}</span>
          <Button small look="quiet" onPress={() => onWaive(null)} data-testid={`unwaive-${warning.code}`}>
            {text.unwaive}
          </Button>
        </span>
      )}
      {reason === null || warning.waived !== null ? null : (
        <div className={styles.reason}>
          <Field
            label={text.reason}
            value={reason}
            onChange={(next) => {
              setReason(next);
              setRefused(false);
            }}
            error={refused ? text.reasonRequired : undefined}
            autoFocus
            testId={`waive-reason-${warning.code}`}
            onKeyDown={(event) => {
              // Of the form that it stands in, Enter would save.
              if (event.key === 'Enter') {
                event.preventDefault();
                if (reason.trim() === '') setRefused(true);
                else {
                  onWaive(reason.trim());
                  setReason(null);
                }
              } else if (event.key === 'Escape') setReason(null);
            }}
          />
          <span className={primitives.row}>
            <Button
              small
              onPress={() => {
                if (reason.trim() === '') return setRefused(true);
                onWaive(reason.trim());
                setReason(null);
              }}
            >
              {text.waive.replace('…', '')}
            </Button>
            <Button small look="quiet" onPress={() => setReason(null)}>
              {common.cancel}
            </Button>
          </span>
        </div>
      )}
    </li>
  );
}
