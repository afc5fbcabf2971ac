import { ChevronDown, Play } from 'lucide-react';
import { shortcut } from '../../app/platformKeys';
import { useStore } from '../../app/store';
import type { ActionView } from '../../bindings/ActionView';
import type { EnvironmentView } from '../../bindings/EnvironmentView';
import { Button } from '../../design/Button';
import { Icon } from '../../design/Icon';
import { Notice } from '../../design/Layout';
import { MenuButton } from '../../design/Menu';
import primitives from '../../design/primitives.module.css';
import { asAppError, faultsOf } from '../../platform';
import { planText, resultText, runForm as text } from '../../text/actions';
import { errorText } from '../../text/errors';
import { expectedGuard } from './guard';
import { Inputs } from './Inputs';
import { keyOf } from './inputs';
import { PlanView } from './PlanView';
import { place } from './place';
import { usePlan } from './queries';
import { RunResult } from './RunResult';
import styles from './run.module.css';
import { runs } from './runs';
import { focusInput, type Runner } from './useRunner';

interface Props {
  view: ActionView;
  environment: EnvironmentView;
  runner: Runner;
  dialect: string;
}

export function RunButton({ view, environment, runner }: Omit<Props, 'dialect'>) {
  const running = useStore(runs, ({ byAction }) => byAction.get(view.id)?.phase === 'running');
  const production = environment.class === 'production';
  const asks = text.asksShort[expectedGuard(environment.class, view.check)];
  return (
    <span className={styles.runTools}>
      <span className={styles.asks}>{asks}</span>
      <span className={primitives.split}>
        <Button
          look={production && view.check.writes ? 'danger' : 'primary'}
          onPress={() => void runner.press()}
          isDisabled={running || view.check.faults.length > 0}
          aria-keyshortcuts="Control+Enter"
          data-testid="run"
        >
          <Icon of={Play} small />
          {text.runIn(environment.slug)}
          <kbd className={styles.runKey}>{shortcut('↵')}</kbd>
        </Button>
        <MenuButton
          label={text.options}
          button={
            <Button iconOnly aria-label={text.options} data-testid="run-options">
              <Icon of={ChevronDown} small />
            </Button>
          }
          actions={[
            {
              id: 'show-plan',
              label: text.showPlan,
              run: () => place.set({ tab: 'plan' }),
            },
            {
              id: 'retries',
              label: runner.retries > 0 ? text.noRetries : text.retries,
              apart: true,
              run: () => runner.setRetries(runner.retries > 0 ? 0 : 3),
            },
          ]}
        />
      </span>
    </span>
  );
}

/** The form of a run, and below it what the last one gave. */
export function RunPanel({ view, environment, runner, dialect }: Props) {
  const run = useStore(runs, ({ byAction }) => byAction.get(view.id));
  return (
    <div className={styles.runPanel}>
      <div className={styles.form} data-first data-alone={!run || undefined}>
        {view.check.faults.length > 0 ? <Notice tone="error">{text.broken}</Notice> : null}
        <Inputs inputs={view.check.inputs} runner={runner} />
        {environment.class === 'production' ? (
          <LivePlan view={view} environment={environment} runner={runner} />
        ) : null}
      </div>
      {run ? (
        <RunResult
          run={run}
          dialect={dialect}
          table={view.record.tableName}
          onAgain={() => void runner.press()}
        />
      ) : (
        <p className={styles.nothing} data-testid="run-none">
          {resultText.none} {resultText.noneHint(shortcut('↵'))}
        </p>
      )}
    </div>
  );
}

/** In production the plan stands below the form, as soon as there is one. */
function LivePlan({ view, environment, runner }: Omit<Props, 'dialect'>) {
  const { data, error } = usePlan(view.id, environment.slug, runner.json);
  if (!data || error) return null;
  return (
    <div className={styles.livePlan}>
      <PlanView plan={data} sent={runner.sent} brief />
    </div>
  );
}

/** What would be sent with the inputs as they are. */
export function PlanPanel({ view, environment, runner }: Omit<Props, 'dialect'>) {
  const { data, error } = usePlan(view.id, environment.slug, runner.json);
  const faults = error ? faultsOf(error) : [];
  if (runner.json === null || faults.length > 0) {
    const first = view.check.inputs.find((input) => faults.some(({ field }) => field === input.key));
    return (
      <div className={styles.planPanel}>
        <Notice tone="warn">
          <strong>{planText.faultsTitle}.</strong> {planText.faults}
          <ul className={styles.faults} data-testid="plan-faults">
            {faults.map(({ field, message }) => (
              <li key={`${field}: ${message}`}>
                <code>{field}</code> {message}
              </li>
            ))}
          </ul>
        </Notice>
        <div>
          <Button
            onPress={() => {
              place.set({ tab: 'run' });
              if (first) focusInput(keyOf(first));
            }}
            data-testid="plan-to-inputs"
          >
            {planText.toInputs}
          </Button>
        </div>
      </div>
    );
  }
  return (
    <div className={styles.planPanel}>
      {error ? <Notice tone="error">{errorText(asAppError(error))}</Notice> : null}
      {data && !error ? <PlanView plan={data} sent={runner.sent} /> : null}
    </div>
  );
}
