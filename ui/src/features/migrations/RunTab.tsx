import { FlaskConical, Play } from 'lucide-react';
import { useEffect, useEffectEvent, useState } from 'react';
import { isCovered } from '../../app/covered';
import { shortcut, withCommand } from '../../app/platformKeys';
import { engineOf, useEngines } from '../../app/queries';
import { useStore } from '../../app/store';
import type { EnvironmentView } from '../../bindings/EnvironmentView';
import type { MigrationDeed } from '../../bindings/MigrationDeed';
import type { MigrationExceptions } from '../../bindings/MigrationExceptions';
import type { MigrationPlan } from '../../bindings/MigrationPlan';
import { Button } from '../../design/Button';
import { Icon } from '../../design/Icon';
import { Notice, Waiting } from '../../design/Layout';
import { asAppError } from '../../platform';
import { errorText } from '../../text/errors';
import { deedText, planText as text } from '../../text/migrationRuns';
import { EnvironmentChooser } from '../actions/EnvironmentChooser';
import { ConfirmMigration } from './ConfirmMigration';
import { useMigrationCells } from './cells';
import { DeedForm } from './DeedForm';
import { isStuck } from './face';
import { canRun, NO_EXCEPTIONS } from './guard';
import type { TabProps } from './MigrationsScreen';
import styles from './migrations.module.css';
import { PlanView } from './PlanView';
import { place } from './place';
import { useMigrations, usePlan } from './queries';
import { RepairPanel } from './RepairPanel';
import { RunProgress } from './RunProgress';
import run from './run.module.css';
import { cancelRun, runKey, runs, startRun } from './runs';

export default function RunTab(props: TabProps) {
  const { environment } = props;
  if (!environment)
    return (
      <div className={styles.padded}>
        <Notice>{deedText.noEnvironment}</Notice>
      </div>
    );
  return <Planned {...props} environment={environment} />;
}

function nothingOf(deed: MigrationDeed): string {
  if (deed.kind === 'rollback') return text.nothingBack;
  if (deed.kind === 'promote') return text.nothingFrom(deed.from);
  return deed.kind === 'run' ? text.nothing : text.marks;
}

/** A question: the plan as it was when the button was pressed, and whether it is a dry run. */
interface Question {
  plan: MigrationPlan;
  deed: MigrationDeed;
}

function Planned({ database, environments, environment }: TabProps & { environment: EnvironmentView }) {
  const { slug } = environment;
  const deed = useStore(place, (state) => state.deed);
  const sql = engineOf(useEngines(), database.type)?.template_language !== 'json';
  const list = useMigrations(database.id).data ?? [];
  const config = database.envs.find((candidate) => candidate.slug === slug);
  const cell = useMigrationCells().get(config?.id ?? '');
  const key = runKey(database.id, slug);
  const current = useStore(runs, ({ byTarget }) => byTarget.get(key));
  const running = current?.phase === 'running';
  // What is set aside is so for one deed in one place.
  const of = `${key} ${JSON.stringify(deed)}`;
  const [aside, setAside] = useState<{ of: string; exceptions: MigrationExceptions }>({
    of,
    exceptions: NO_EXCEPTIONS,
  });
  const exceptions = aside.of === of ? aside.exceptions : NO_EXCEPTIONS;
  const [question, setQuestion] = useState<Question | null>(null);
  const [again, setAgain] = useState(0);
  // What a run has changed is planned anew once it has ended.
  const ended = current && !running ? current.id : '';
  const {
    data: plan,
    error,
    isPlaceholderData,
  } = usePlan(
    running ? null : { database_id: database.id, env: slug, deed, exceptions },
    `${again} ${ended}`,
  );
  const stuck = cell?.migrations.filter(isStuck) ?? [];
  const fresh = plan && !isPlaceholderData && !error && !running ? plan : undefined;
  const ready = fresh !== undefined && canRun(fresh, deed.kind);

  const start = (confirm: string | null, dryRun: boolean, what: MigrationDeed = deed) => {
    setQuestion(null);
    void startRun({
      database_id: database.id,
      env: slug,
      deed: what,
      dry_run: dryRun,
      exceptions,
      ...(confirm === null ? {} : { confirm }),
    });
  };
  const press = () => {
    if (!fresh || !ready) return;
    if (fresh.guard === 'none') start(null, false);
    else setQuestion({ plan: fresh, deed });
  };
  useRunKeys(
    () => running,
    () => void cancelRun(key),
    press,
  );

  return (
    <div className={run.panel} data-testid="migration-run">
      <div className={run.bar} data-class={environment.class}>
        <div className={run.environments}>
          <EnvironmentChooser
            environments={environments}
            configured={new Set(database.envs.map((candidate) => candidate.slug))}
            slug={slug}
            onChange={(next) => place.set({ slug: next })}
            name="migrate-in"
            label={deedText.environment}
          />
        </div>
        <DeedForm
          database={database}
          environment={environment}
          environments={environments}
          list={list}
          cell={cell}
          deed={deed}
        />
        <span className={run.press}>
          <span className={run.asks} data-testid="migration-asks">
            {fresh ? deedText.asks[fresh.guard] : ''}
          </span>
          {fresh?.dry_run ? (
            <Button
              onPress={() => start(null, true)}
              isDisabled={!ready}
              data-testid="dry-run"
              aria-description={deedText.dryRunHelp}
            >
              <Icon of={FlaskConical} small />
              {deedText.dryRun}
            </Button>
          ) : null}
          <Button
            look={environment.class === 'production' ? 'danger' : 'primary'}
            onPress={press}
            isDisabled={!ready}
            aria-keyshortcuts="Control+Enter"
            data-testid="run-migrations"
          >
            <Icon of={Play} small />
            {deedText.press[deed.kind](slug)}
            <kbd className={run.key}>{shortcut('↵')}</kbd>
          </Button>
        </span>
      </div>
      <div className={run.scroll}>
        {current ? (
          <RunProgress
            run={current}
            database={database}
            environments={environments}
            onCancel={() => void cancelRun(key)}
          />
        ) : null}
        {stuck.map((standing) => (
          <RepairPanel
            key={standing.tag}
            standing={standing}
            slug={slug}
            isDisabled={running}
            chosen={deed.kind === 'repair' && deed.tag === standing.tag ? deed.how : null}
            onWay={(how) => place.set({ deed: { kind: 'repair', tag: standing.tag, how } })}
          />
        ))}
        {running ? null : error ? (
          <div>
            <Notice tone="error" role="alert">
              <strong>{text.failed}.</strong> {errorText(asAppError(error))}
            </Notice>
            <Button onPress={() => setAgain(again + 1)} data-testid="plan-again">
              {text.again}
            </Button>
          </div>
        ) : plan ? (
          <PlanView
            plan={plan}
            sql={sql}
            nothing={nothingOf(deed)}
            exceptions={exceptions}
            onException={(name, set) => setAside({ of, exceptions: { ...exceptions, [name]: set } })}
          />
        ) : (
          <Waiting label={text.planning} />
        )}
      </div>
      {question?.plan.target.env === slug ? (
        <ConfirmMigration
          what={deedText.press[question.deed.kind](slug)}
          tag={database.tag}
          plan={question.plan}
          sql={sql}
          nothing={nothingOf(question.deed)}
          exceptions={exceptions}
          onConfirm={(confirm) => start(confirm, false, question.deed)}
          onClose={() => setQuestion(null)}
        />
      ) : null}
    </div>
  );
}

/** The keys that hold on the whole tab: run, and stop what runs. */
function useRunKeys(isRunning: () => boolean, cancel: () => void, press: () => void): void {
  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    if (isCovered()) return;
    const command = withCommand(event) && !event.altKey;
    if (isRunning() && (event.key === 'Escape' || (command && event.key === '.'))) cancel();
    else if (command && event.key === 'Enter') press();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKeyDown(event);
    window.addEventListener('keydown', listener, true);
    return () => window.removeEventListener('keydown', listener, true);
  }, []);
}
