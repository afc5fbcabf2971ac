import { Ellipsis } from 'lucide-react';
import { useEffect, useEffectEvent } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import { isCovered } from '../../app/covered';
import { withCommand } from '../../app/platformKeys';
import { engineOf, useEngines } from '../../app/queries';
import { useStore } from '../../app/store';
import type { ActionSummary } from '../../bindings/ActionSummary';
import type { ActionView } from '../../bindings/ActionView';
import type { DatabaseView } from '../../bindings/DatabaseView';
import type { EnvironmentView } from '../../bindings/EnvironmentView';
import type { MatrixView } from '../../bindings/MatrixView';
import { Button } from '../../design/Button';
import { Icon } from '../../design/Icon';
import { Badge, EmptyState, Notice, Waiting } from '../../design/Layout';
import { MenuButton } from '../../design/Menu';
import primitives from '../../design/primitives.module.css';
import { classes, plain } from '../../design/text';
import { asAppError } from '../../platform';
import { runForm, actions as text } from '../../text/actions';
import { common } from '../../text/common';
import { errorText } from '../../text/errors';
import { columnsOf } from '../matrix/model';
import styles from './actions.module.css';
import { ComparePanel } from './ComparePanel';
import { ConfirmRun } from './ConfirmRun';
import { CopyCode } from './CopyCode';
import { Definition } from './Definition';
import { actionMenu } from './deeds';
import { drafts } from './drafts';
import { EnvironmentChooser } from './EnvironmentChooser';
import { focusList } from './focus';
import { HistoryPanel } from './HistoryPanel';
import { type ActionTab, environmentFor, place } from './place';
import { useAction } from './queries';
import { PlanPanel, RunButton, RunPanel } from './RunPanel';
import { cancelRun, runOf } from './runs';
import { SampleMenu } from './SampleMenu';
import { type Runner, useRunner } from './useRunner';

/** Where the inputs are run as they stand. */
const RUN_TABS: ReadonlySet<ActionTab> = new Set(['run', 'plan']);

/** Where there is a form. */
const WITH_INPUTS: ReadonlySet<ActionTab> = new Set(['run', 'plan', 'compare']);

/** What writes is not compared. */
const shownTab = (writes: boolean, tab: ActionTab): ActionTab => (writes && tab === 'compare' ? 'run' : tab);

interface Props {
  matrix: MatrixView;
  database: DatabaseView;
  summary: ActionSummary;
  siblings: ActionSummary[];
}

/** One action: to run, to look at its plan, to edit. */
export function ActionDetail(props: Props) {
  const { matrix, database, summary } = props;
  const { data: view, error } = useAction(summary.id);
  const slug = useStore(place, (state) => state.slug);
  const environments = columnsOf(matrix);
  const environment = environmentFor(environments, database.envs, slug);
  if (error) return <EmptyState title={errorText(asAppError(error))} text={text.gone} />;
  if (!view) return <Waiting label={common.loading} />;
  return environment ? (
    <Runnable {...props} view={view} environments={environments} environment={environment} />
  ) : (
    <Frame {...props} view={view} environments={environments} environment={undefined} runner={undefined} />
  );
}

interface FrameProps extends Props {
  view: ActionView;
  environments: EnvironmentView[];
  environment: EnvironmentView | undefined;
  runner: Runner | undefined;
}

function Runnable(props: Omit<FrameProps, 'environment' | 'runner'> & { environment: EnvironmentView }) {
  const { view, environment, database } = props;
  const runner = useRunner(view, environment.slug);
  useRunKeys(view, () => void runner.press());
  return (
    <>
      <Frame {...props} runner={runner} />
      {runner.question ? (
        <ConfirmRun
          name={view.record.name}
          tag={database.tag}
          question={runner.question}
          sent={runner.sent}
          onConfirm={(confirm) => void runner.answer(confirm)}
          onClose={runner.drop}
        />
      ) : null}
    </>
  );
}

/** The keys that hold on the whole screen: run, and end what runs. */
function useRunKeys({ id: actionId, check }: ActionView, run: () => void): void {
  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    const running = runOf(actionId)?.phase === 'running';
    const command = withCommand(event) && !event.altKey;
    const tab = shownTab(check.writes, place.get().tab);
    if (isCovered()) return;
    if (running && (event.key === 'Escape' || (command && event.key === '.'))) void cancelRun(actionId);
    else if (command && event.key === 'Enter' && RUN_TABS.has(tab)) run();
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

function Frame(props: FrameProps) {
  const { database, summary, siblings, view, environments, environment, runner } = props;
  const engines = useEngines();
  const reads = !view.check.writes;
  const tab = useStore(place, (state) => shownTab(view.check.writes, state.tab));
  const tabs = (Object.keys(text.tabs) as ActionTab[]).filter((id) => id !== 'compare' || reads);
  const unsaved = useStore(drafts, ({ byKey }) => byKey[view.id] !== undefined);
  const dialect = engineOf(engines, database.type)?.template_language ?? '';
  const { record } = view;
  const name = plain(record.name);
  return (
    <section
      className={styles.detail}
      aria-label={name}
      data-testid="action-detail"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return;
        if (event.currentTarget.contains(event.target as Node)) focusList();
      }}
    >
      <header className={styles.head}>
        <div className={styles.headLine}>
          <h1 className={classes(styles.title, primitives.truncate)}>{name}</h1>
          <Badge>{text.types[record.type]}</Badge>
          {view.check.writes ? <span className={styles.writes}>{text.writes}</span> : null}
          <code
            className={classes(styles.tag, primitives.truncate)}
            data-selectable
            data-testid="action-full-tag"
          >
            {plain(`${database.tag}:${record.tag}`)}
          </code>
          <MenuButton
            label={text.menu(name)}
            button={
              <Button look="quiet" small iconOnly aria-label={text.menu(name)} data-testid="action-menu">
                <Icon of={Ellipsis} small />
              </Button>
            }
            actions={actionMenu(database, summary, siblings)}
          />
        </div>
        {record.description ? <p className={styles.description}>{plain(record.description)}</p> : null}
      </header>
      <Tabs
        className={styles.tabs ?? ''}
        selectedKey={tab}
        onSelectionChange={(key) => place.set({ tab: key as ActionTab })}
      >
        <div className={styles.tabLine}>
          <TabList className={classes(primitives.tabs, styles.tabList)} aria-label={name}>
            {tabs.map((id) => (
              <Tab key={id} id={id} className={primitives.tab ?? ''} data-testid={`action-tab-${id}`}>
                {text.tabs[id]}
                {id === 'edit' && unsaved ? (
                  <span className={styles.unsavedDot} role="img" aria-label={text.draft} />
                ) : null}
              </Tab>
            ))}
          </TabList>
          {runner && WITH_INPUTS.has(tab) ? <SampleMenu view={view} runner={runner} /> : null}
        </div>
        {RUN_TABS.has(tab) && environment && runner ? (
          <div className={styles.runBar} data-class={environment.class}>
            <EnvironmentChooser
              environments={environments}
              configured={new Set(database.envs.map((config) => config.slug))}
              slug={environment.slug}
              onChange={(slug) => place.set({ slug })}
            />
            <CopyCode actionId={view.id} slug={environment.slug} runner={runner} />
            <RunButton view={view} environment={environment} runner={runner} />
          </div>
        ) : null}
        <TabPanel id="run" className={styles.panel ?? ''}>
          {environment && runner ? (
            <RunPanel view={view} environment={environment} runner={runner} dialect={dialect} />
          ) : (
            <div className={styles.padded}>
              <Notice>{runForm.noEnvironment}</Notice>
            </div>
          )}
        </TabPanel>
        <TabPanel id="plan" className={styles.panel ?? ''}>
          {environment && runner ? (
            <PlanPanel view={view} environment={environment} runner={runner} />
          ) : (
            <div className={styles.padded}>
              <Notice>{runForm.noEnvironment}</Notice>
            </div>
          )}
        </TabPanel>
        {reads ? (
          <TabPanel id="compare" className={styles.panel ?? ''}>
            {environment && runner ? (
              <ComparePanel
                view={view}
                database={database}
                environments={environments}
                environment={environment}
                runner={runner}
              />
            ) : (
              <div className={styles.padded}>
                <Notice>{runForm.noEnvironment}</Notice>
              </div>
            )}
          </TabPanel>
        ) : null}
        <TabPanel id="history" className={styles.panel ?? ''}>
          <HistoryPanel view={view} environments={environments} slug={environment?.slug} runner={runner} />
        </TabPanel>
        <TabPanel id="edit" className={styles.panel ?? ''}>
          <Definition
            key={view.id}
            database={database}
            view={view}
            form={environment && runner ? { slug: environment.slug, values: runner.values } : undefined}
          />
        </TabPanel>
      </Tabs>
    </section>
  );
}
