import { Check, Circle, LoaderCircle, X } from 'lucide-react';
import type { TestResult } from '../../bindings/TestResult';
import { Icon } from '../../design/Icon';
import { Notice } from '../../design/Layout';
import primitives from '../../design/primitives.module.css';
import { duration, moment, plain } from '../../design/text';
import { test as text } from '../../text/connection';
import { HelpLink } from '../help/HelpLink';
import { BY_CODE, BY_STAGE } from '../help/topics';
import styles from './connection.module.css';

const STAGES = Object.keys(text.stages);
/** What only a server has. */
const OF_SERVERS = ['resolve', 'tcp', 'tls', 'auth'];

type Mark = 'done' | 'failed' | 'now' | 'ahead';
const ICONS = { done: Check, failed: X, now: LoaderCircle, ahead: Circle };

/** Each stage of a test, as it runs and after it ended. */
export function TestTimeline(props: { result: TestResult | null; stage: string | null; file: boolean }) {
  const { result, stage, file } = props;
  const stages = file ? STAGES.filter((name) => !OF_SERVERS.includes(name)) : STAGES;
  const times = new Map(result?.stages.map((item) => [item.stage, item.ms]));
  const at = stage === null ? -1 : stages.indexOf(stage);
  const mark = (name: string, index: number): Mark => {
    if (stage !== null) return index < at ? 'done' : index === at ? 'now' : 'ahead';
    if (!result) return 'ahead';
    if (!result.connected && result.stage === name) return 'failed';
    return times.has(name) ? 'done' : 'ahead';
  };
  return (
    <ol className={styles.timeline} aria-label={text.timeline} data-testid="timeline">
      {stages.map((name, index) => {
        const state = mark(name, index);
        const ms = stage === null ? times.get(name) : undefined;
        return (
          <li key={name} className={styles.stage} data-mark={state} data-stage={name}>
            <Icon of={ICONS[state]} small className={state === 'now' ? primitives.spinner : undefined} />
            <span>{text.stages[name]}</span>
            <span className={styles.ms}>{ms === undefined ? '' : duration(ms)}</span>
          </li>
        );
      })}
    </ol>
  );
}

/** What a test found: the server and its certificate, or what failed and what to do. */
export function TestOutcome({ result, file }: { result: TestResult; file: boolean }) {
  const { error, tls } = result;
  if (error) {
    return (
      <Notice tone="error" role="alert">
        <p data-selectable data-testid="test-error" className={styles.wrap}>
          {plain(error.message)}
        </p>
        <p data-selectable data-testid="test-remedy" className={styles.wrap}>
          {plain(error.remedy)}
        </p>
        {error.server_code ? (
          <p data-selectable>
            {text.serverCode} {plain(error.server_code)}
          </p>
        ) : null}
        <HelpLink topic={BY_CODE[error.code] ?? BY_STAGE[result.stage]} />
      </Notice>
    );
  }
  return (
    <dl className={primitives.facts} data-testid="test-result" data-selectable>
      <dt>{text.server}</dt>
      <dd>{plain(`${result.server ?? ''} ${result.version ?? ''}`)}</dd>
      <dt>{text.latency}</dt>
      <dd>{result.latency_ms === null ? '' : duration(result.latency_ms)}</dd>
      {file ? null : (
        <>
          <dt>{text.encryption}</dt>
          <dd>
            {tls ? `${plain(tls.version)}, ${tls.verified ? text.verified : text.unverified}` : text.noTls}
          </dd>
        </>
      )}
      <dt>{text.tested}</dt>
      <dd>{moment(result.tested_at)}</dd>
    </dl>
  );
}
