import { CircleHelp, CircleX, OctagonX, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button } from '../../design/Button';
import { Icon } from '../../design/Icon';
import { Notice, useSlow } from '../../design/Layout';
import primitives from '../../design/primitives.module.css';
import { duration, plain } from '../../design/text';
import type { AppError } from '../../platform';
import { runForm, resultText as text } from '../../text/actions';
import { times } from '../../text/common';
import { errorText } from '../../text/errors';
import { ResultGrid } from '../results/ResultGrid';
import styles from './run.module.css';
import { cancelRun, type Failure, failureOf, fetchMore, type Run } from './runs';

/** The last run of an action: under way, done, failed, or of unknown fate. */
export function RunResult({
  run,
  dialect,
  table,
  onAgain,
}: {
  run: Run;
  dialect: string;
  table: string;
  onAgain: () => void;
}) {
  const running = run.phase === 'running';
  return (
    <section
      className={styles.result}
      aria-label={text.title}
      data-testid="run-result"
      data-phase={run.phase}
    >
      {running ? <Progress run={run} /> : null}
      {run.error ? <Failed run={run} error={run.error} onAgain={onAgain} /> : null}
      {!running && run.page ? <Summary run={run} /> : null}
      {run.columns.length > 0 ? (
        <div className={styles.grid}>
          <ResultGrid
            key={run.id}
            columns={run.columns}
            rows={run.rows}
            more={run.phase === 'done' && (run.page?.more ?? false)}
            onMore={() => void fetchMore(run.actionId)}
            busy={running}
            testId="result-grid"
            dialect={dialect}
            table={table}
          />
        </div>
      ) : null}
    </section>
  );
}

/** How long it takes by now. */
export function Elapsed({ since }: { since: number }) {
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), 100);
    return () => clearInterval(timer);
  }, []);
  return (
    <span className={styles.elapsed} data-testid="run-elapsed">
      <span className="visually-hidden">{text.elapsed} </span>
      {times.seconds(Math.max(0, now - since) / 1000, 1)}
    </span>
  );
}

function Progress({ run }: { run: Run }) {
  const slow = useSlow(true);
  if (!slow) return null;
  const what = run.more ? text.fetching : run.server === null ? text.connecting : text.running;
  return (
    <div className={styles.progress} data-testid="run-progress">
      <span className={styles.moving} role="progressbar" aria-label={what} />
      <span role="status">
        {what} {text.ranIn(run.slug)}
        {run.attempt > 1 ? `, ${text.attempt(run.attempt)}` : ''}
      </span>
      <Elapsed since={run.startedAt} />
      <Button
        small
        onPress={() => void cancelRun(run.actionId)}
        isDisabled={run.cancelling}
        aria-keyshortcuts="Escape Control+."
        data-testid="cancel-run"
      >
        <Icon of={X} small />
        {run.cancelling ? runForm.cancelling : runForm.cancel}
        {run.cancelling ? null : <kbd className={styles.key}>Esc</kbd>}
      </Button>
    </div>
  );
}

function Summary({ run }: { run: Run }) {
  const { page } = run;
  if (!page) return null;
  const { connect, server, transfer } = page.timings_ms;
  return (
    <div className={styles.summary} data-testid="run-summary">
      <p className={styles.facts}>
        <strong role="status" data-testid="run-outcome">
          {page.affected === null ? text.rows(page.rows, page.more) : text.affected(page.affected)}
        </strong>
        <span>{text.ranIn(run.slug)}</span>
        <span className={styles.timings} data-testid="run-timings">
          <span>
            {text.connect} {duration(connect)}
          </span>
          <span>
            {text.server} {duration(server)}
          </span>
          <span>
            {text.transfer} {duration(transfer)}
          </span>
        </span>
        {page.attempts > 1 ? <span data-testid="run-attempts">{text.attempts(page.attempts)}</span> : null}
        {run.server ? <span className={styles.serverName}>{plain(run.server)}</span> : null}
      </p>
      {page.generated_keys.length > 0 ? (
        <dl className={primitives.facts} data-testid="run-keys">
          <dt>{text.keys}</dt>
          <dd data-selectable>
            <code>{plain(page.generated_keys.map((key) => JSON.stringify(key)).join(', '))}</code>
          </dd>
        </dl>
      ) : null}
      {page.notices.length > 0 ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is scrolled by keys
        <ul className={styles.notices} tabIndex={0} aria-label={text.notices} data-testid="run-notices">
          {page.notices.map((notice, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a server may say the same twice
            <li key={index} data-selectable>
              {plain(notice)}
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}

const BY_FATE = {
  not_sent: text.notSent,
  refused: text.failed,
  rolled_back: text.rolledBack,
  unknown: text.unknown,
};

function Failed({ run, error, onAgain }: { run: Run; error: AppError; onAgain: () => void }) {
  const failure: Failure = failureOf(error);
  if (failure.fate === 'unknown') return <Unknown run={run} error={error} failure={failure} />;
  if (error.code === 'cancelled')
    return (
      <div className={styles.summary}>
        <Notice role="status">
          <span data-testid="run-cancelled">
            {run.rows.length > 0
              ? text.cancelledPart
              : error.message.length > 12
                ? plain(error.message)
                : text.cancelled}
          </span>
        </Notice>
      </div>
    );
  const refused = error.code === 'refused';
  const title = refused ? text.refused : failure.fate ? BY_FATE[failure.fate] : text.failedPlain;
  return (
    <div className={styles.failure} data-testid="run-error" data-fate={failure.fate} role="alert">
      <h2>
        <Icon of={refused ? OctagonX : CircleX} small />
        {title}
      </h2>
      <p data-selectable>{errorText(error)}</p>
      <Details failure={failure} />
      {refused ? null : (
        <div>
          <Button small onPress={onAgain} data-testid="run-again">
            {text.again}
          </Button>
        </div>
      )}
    </div>
  );
}

/** Not a failure like others: it may have been done. There is no button to send it once more. */
function Unknown({ run, error, failure }: { run: Run; error: AppError; failure: Failure }) {
  return (
    <div className={styles.unknown} data-testid="run-unknown" data-fate="unknown" role="alert">
      <h2>
        <Icon of={CircleHelp} />
        {text.unknown}
      </h2>
      <p>{text.unknownHelp(run.slug)}</p>
      <p className={styles.said} data-selectable>
        {errorText(error)}
      </p>
      <Details failure={failure} />
    </div>
  );
}

function Details({ failure }: { failure: Failure }) {
  const said = [
    failure.serverCode === null ? null : `${text.serverCode} ${failure.serverCode}`,
    failure.position === null ? null : text.position(failure.position),
    failure.attempts > 1 ? text.attempts(failure.attempts) : null,
  ].filter((part) => part !== null);
  return said.length > 0 ? (
    <p className={styles.details} data-selectable>
      {plain(said.join(' · '))}
    </p>
  ) : null;
}
