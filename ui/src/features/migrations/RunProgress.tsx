import {
  ArrowRight,
  Check,
  CircleHelp,
  CircleSlash,
  CircleX,
  LoaderCircle,
  OctagonAlert,
  X,
} from 'lucide-react';
import { useEffect, useState } from 'react';
import type { DatabaseView } from '../../bindings/DatabaseView';
import type { EnvironmentView } from '../../bindings/EnvironmentView';
import { Button } from '../../design/Button';
import { Icon } from '../../design/Icon';
import { ProgressBar, useSlow } from '../../design/Layout';
import { duration, plain } from '../../design/text';
import { times } from '../../text/common';
import { errorText } from '../../text/errors';
import { runText as text } from '../../text/migrationRuns';
import { laterOf } from './order';
import { openPlan } from './place';
import styles from './run.module.css';
import { failureOf, forgetRun, type Progress, type Run, runKey } from './runs';

/** How long it takes by now. */
export function Elapsed({ since }: { since: number }) {
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), 100);
    return () => clearInterval(timer);
  }, []);
  return (
    <span className={styles.progressFacts}>
      <span className="visually-hidden">{text.elapsed} </span>
      {times.seconds(Math.max(0, now - since) / 1000, 1)}
    </span>
  );
}

/** The last run in a target: under way, done or failed, statement by statement. */
export function RunProgress(props: {
  run: Run;
  database: DatabaseView;
  environments: EnvironmentView[];
  onCancel: () => void;
}) {
  const { run, database, environments } = props;
  const slug = run.request.env;
  const slow = useSlow(run.phase === 'running');
  if (run.phase === 'running' && !slow && run.told.steps.length === 0) return null;
  const later =
    run.phase === 'done' && !run.report?.dry_run && run.request.deed.kind !== 'rollback'
      ? laterOf(environments, database.envs, slug)
      : undefined;
  return (
    <section className={styles.run} aria-label={text.title} data-testid="run-progress" data-phase={run.phase}>
      <div className={styles.runHead}>
        {run.phase === 'running' ? <Running run={run} onCancel={props.onCancel} /> : <Outcome run={run} />}
        {run.phase === 'running' ? null : (
          <Button
            look="quiet"
            small
            iconOnly
            aria-label={text.close}
            onPress={() => forgetRun(runKey(database.id, slug))}
            data-testid="run-close"
          >
            <Icon of={X} small />
          </Button>
        )}
      </div>
      {run.phase === 'failed' ? <Failed run={run} /> : null}
      {run.report?.notes.map((note) => (
        <p key={note} className={styles.said}>
          {plain(note)}
        </p>
      ))}
      <Steps steps={run.told.steps} phase={run.phase} />
      {later && (run.report?.ran.length ?? 0) > 0 ? (
        <div>
          <Button
            small
            onPress={() => openPlan(database.id, later.slug, { kind: 'promote', from: slug })}
            data-testid="promote-next"
          >
            <Icon of={ArrowRight} small />
            {text.promote(later.slug)}
          </Button>
        </div>
      ) : null}
    </section>
  );
}

function Running({ run, onCancel }: { run: Run; onCancel: () => void }) {
  const { told } = run;
  const what =
    told.holder !== null
      ? text.waiting(plain(told.holder))
      : told.server === null
        ? text.connecting
        : text.running;
  const last = told.steps.at(-1);
  return (
    <>
      {last && last.statements > 0 ? (
        <ProgressBar
          label={`${what} ${plain(last.tag)}`}
          value={last.done.at(-1)?.statement ?? last.from - 1}
          total={last.statements}
        />
      ) : (
        <span className={styles.moving} role="progressbar" aria-label={what} />
      )}
      <span role="status">{what}</span>
      <Elapsed since={run.startedAt} />
      <Button
        small
        onPress={onCancel}
        isDisabled={run.cancelling}
        aria-keyshortcuts="Escape Control+."
        data-testid="cancel-migration"
      >
        <Icon of={X} small />
        {run.cancelling ? text.cancelling : text.cancel}
        {run.cancelling ? null : <kbd className={styles.key}>Esc</kbd>}
      </Button>
    </>
  );
}

function Outcome({ run }: { run: Run }) {
  const slug = run.request.env;
  if (run.phase === 'done') {
    const ran = run.report?.dry_run ? run.told.steps.length : (run.report?.ran.length ?? 0);
    return (
      <p className={styles.outcome} data-phase="done" role="status" data-testid="run-outcome">
        <Icon of={Check} small />
        {run.report?.dry_run ? text.dryDone(ran, slug) : text.done(ran, slug)}
      </p>
    );
  }
  const failure = run.error ? failureOf(run.error) : null;
  const unknown = failure?.fate === 'unknown';
  const cancelled = run.error?.code === 'cancelled';
  const refused = run.error?.code === 'refused';
  return (
    <p
      className={styles.outcome}
      data-phase={unknown ? 'unknown' : 'failed'}
      role="alert"
      data-testid="run-outcome"
    >
      <Icon of={unknown ? CircleHelp : cancelled ? CircleSlash : CircleX} small />
      {unknown
        ? text.unknown
        : cancelled
          ? text.cancelled(slug)
          : refused
            ? text.refused
            : text.failed(failure?.applied.length ?? 0, slug)}
    </p>
  );
}

function Failed({ run }: { run: Run }) {
  const { error } = run;
  if (!error) return null;
  const { fate, tag, statement, statements } = failureOf(error);
  return (
    <div className={styles.said} data-testid="run-error" data-selectable>
      {tag !== null && statement !== null && statements !== null ? (
        <p>{plain(text.at(tag, statement, statements))}</p>
      ) : null}
      <p>{errorText(error)}</p>
      {fate === 'unknown' ? <p>{text.unknownHelp(run.request.env)}</p> : null}
      {fate !== null && text.fate[fate] !== undefined && error.code !== 'refused' ? (
        <p>{text.fate[fate]}</p>
      ) : null}
    </div>
  );
}

const DONE: Record<string, string> = {
  applied: text.applied,
  rolled_back: text.rolledBack,
  taken_back: text.takenBack,
};

/** Migration by migration; the statements of those that do not only say that they are done. */
export function Steps({ steps, phase }: { steps: Progress[]; phase: Run['phase'] }) {
  if (steps.length === 0) return null;
  return (
    <ol className={styles.progress} data-testid="run-steps">
      {steps.map((step, index) => {
        const last = index === steps.length - 1;
        const state = step.state ?? (phase === 'running' ? 'running' : 'stopped');
        const sum = step.done.reduce((all, { ms }) => all + ms, 0);
        return (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: a run that reverts and applies may name one twice
            key={index}
            className={styles.progressStep}
            data-state={state}
            data-testid={`run-step-${step.tag}`}
          >
            <Icon
              of={
                state === 'running'
                  ? LoaderCircle
                  : step.state === null || state === 'failed'
                    ? OctagonAlert
                    : Check
              }
              small
            />
            <span>
              {plain(step.tag)}{' '}
              <span className={styles.progressFacts}>
                {step.already ? text.already : (DONE[state] ?? '')}
              </span>
            </span>
            <span className={styles.progressFacts}>
              {step.state === null
                ? text.statement(
                    Math.min(step.statements, (step.done.at(-1)?.statement ?? step.from - 1) + 1),
                    step.statements,
                  )
                : duration(step.ms ?? sum)}
            </span>
            {last || step.done.some(({ notices }) => notices.length > 0) ? <Statements step={step} /> : null}
          </li>
        );
      })}
    </ol>
  );
}

function Statements({ step }: { step: Progress }) {
  if (step.done.length === 0 && step.checks.length === 0) return null;
  return (
    <ul className={styles.statements}>
      {step.checks
        .filter(({ before }) => before)
        .map((check) => (
          <CheckLine key={check.check} of={check} />
        ))}
      {step.done.map(({ statement, ms, affected, notices }) => (
        <li key={statement} data-testid={`done-${step.tag}-${statement}`}>
          <span>{text.statement(statement, step.statements)}</span>
          <span>{duration(ms)}</span>
          {affected === null ? null : <span>{text.affected(affected)}</span>}
          {notices.map((notice, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a server may say the same twice
            <span key={index} className={styles.notice} data-selectable>
              {plain(notice)}
            </span>
          ))}
        </li>
      ))}
      {step.checks
        .filter(({ before }) => !before)
        .map((check) => (
          <CheckLine key={`after ${check.check}`} of={check} />
        ))}
    </ul>
  );
}

function CheckLine({ of: { before, check, passed } }: { of: Progress['checks'][number] }) {
  return (
    <li>
      <span>{text.check(before, check)}</span>
      <span>{passed ? text.passed : text.notPassed}</span>
    </li>
  );
}
