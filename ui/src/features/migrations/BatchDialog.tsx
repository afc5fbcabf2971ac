import { useQuery } from '@tanstack/react-query';
import {
  Ban,
  Check,
  ChevronDown,
  ChevronRight,
  CircleDashed,
  LoaderCircle,
  type LucideIcon,
  OctagonAlert,
} from 'lucide-react';
import { useState } from 'react';
import { currentMatrix, engineOf, useEngines, useProductId } from '../../app/queries';
import { useStore } from '../../app/store';
import type { MigrationBatchPlan } from '../../bindings/MigrationBatchPlan';
import type { MigrationBatchPlanItem } from '../../bindings/MigrationBatchPlanItem';
import type { MigrationExceptions } from '../../bindings/MigrationExceptions';
import { Button } from '../../design/Button';
import { Dialog } from '../../design/Dialog';
import { Field } from '../../design/Field';
import { Icon } from '../../design/Icon';
import { ClassBadge, Notice, ProgressBar, Waiting } from '../../design/Layout';
import primitives from '../../design/primitives.module.css';
import { plain } from '../../design/text';
import { asAppError, platform } from '../../platform';
import { common } from '../../text/common';
import { errorText } from '../../text/errors';
import { confirmText, planText, runText, batchText as text } from '../../text/migrationRuns';
import { type Batch, batches, cancelBatch, startBatch, targetKey } from './batch';
import { canRun, NO_EXCEPTIONS } from './guard';
import { PlanView } from './PlanView';
import { Elapsed, Steps } from './RunProgress';
import styles from './run.module.css';
import { failureOf } from './runs';

const SHAPES: Record<string, LucideIcon> = {
  ready: CircleDashed,
  empty: Check,
  error: Ban,
  blocked: OctagonAlert,
  waits: CircleDashed,
  runs: LoaderCircle,
  done: Check,
  failed: OctagonAlert,
  notRun: CircleDashed,
};

/** How a target stands: before the run by its plan, then by what it told. */
export function targetState(item: MigrationBatchPlanItem, batch: Batch | null): keyof typeof SHAPES {
  const key = targetKey(item);
  if (batch) {
    if (batch.done.has(key)) return 'done';
    const failure = batch.error ? failureOf(batch.error) : null;
    if (failure?.target?.endsWith(`/${key}`)) return 'failed';
    if (batch.told.has(key)) return batch.phase === 'running' ? 'runs' : 'failed';
    return batch.phase === 'running' ? 'waits' : 'notRun';
  }
  if (!item.plan) return 'error';
  if (item.plan.obstacles.length > 0) return 'blocked';
  return item.plan.steps.length === 0 ? 'empty' : 'ready';
}

/** Several cells, planned and run in one go: the overview before, while and after. */
export function BatchDialog({ configIds, onClose }: { configIds: string[]; onClose: () => void }) {
  const productId = useProductId() ?? '';
  const [exceptions, setExceptions] = useState<MigrationExceptions>(NO_EXCEPTIONS);
  const [typed, setTyped] = useState<Record<string, string>>({});
  // Since this dialog was opened.
  const [batchId, setBatchId] = useState<string | null>(null);
  const stored = useStore(batches, (state) => state.batch);
  const batch = stored && (stored.id === batchId || stored.phase === 'running') ? stored : null;
  const [planned, setPlanned] = useState<MigrationBatchPlan | null>(null);
  const [left, setLeft] = useState<string[]>(configIds);
  const { data, error, isPlaceholderData } = useQuery({
    queryKey: ['migration-batch-plan', productId, left, exceptions],
    queryFn: () =>
      platform.migrationBatchPlan({
        run_id: `plan-${Date.now().toString(36)}`,
        product_id: productId,
        config_ids: left,
        confirm: [],
        exceptions,
      }),
    enabled: batch === null,
    staleTime: 0,
    gcTime: 0,
    placeholderData: (before) => before,
  });
  const plan = batch ? (planned ?? data) : data;
  const items = plan?.plans ?? [];
  const work = items.filter(
    (item) => item.plan && (item.plan.steps.length > 0 || item.plan.obstacles.length > 0),
  );
  // Each database whose tag is to be typed; where a click is enough, the click sends the tag.
  const asking = [
    ...new Set(work.filter((item) => item.plan?.guard === 'tag').map(({ database }) => database)),
  ];
  const clicked = work.filter((item) => item.plan?.guard === 'confirm').map(({ database }) => database);
  const ready =
    work.length > 0 &&
    !isPlaceholderData &&
    items.every((item) => item.plan !== null && item.plan.obstacles.length === 0) &&
    work.every((item) => item.plan && canRun(item.plan, 'run')) &&
    asking.every((tag) => typed[tag]?.trim() === tag);
  const running = batch?.phase === 'running';

  const run = () => {
    if (!ready || !plan) return;
    setPlanned(plan);
    void startBatch({
      config_ids: left,
      confirm: [...new Set([...asking, ...clicked])],
      exceptions,
    });
    setBatchId(batches.get().batch?.id ?? null);
  };

  return (
    <Dialog
      title={text.title}
      lead={text.lead}
      onClose={onClose}
      wide
      keepOnOutsideClick
      testId="migration-batch"
    >
      <form
        className={primitives.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          run();
        }}
      >
        <div className={primitives.dialogBody}>
          {error && !batch ? (
            <Notice tone="error" role="alert">
              {errorText(asAppError(error))}
            </Notice>
          ) : null}
          {!plan && !error ? <Waiting label={text.planning} /> : null}
          {batch ? <Overview batch={batch} total={items.length} /> : null}
          {plan && !batch && work.length === 0 && items.every((item) => item.plan) ? (
            <p data-testid="batch-nothing">{text.nothing}</p>
          ) : null}
          {items.length === 0 ? null : (
            <ol className={styles.targets} data-testid="batch-targets">
              {items.map((item) => (
                <Target
                  key={item.config_id}
                  item={item}
                  batch={batch}
                  exceptions={exceptions}
                  onException={(name, set) => setExceptions({ ...exceptions, [name]: set })}
                  onLeaveOut={() => setLeft(left.filter((id) => id !== item.config_id))}
                />
              ))}
            </ol>
          )}
          {batch
            ? null
            : asking.map((tag) => (
                <Field
                  key={tag}
                  label={text.tagOf(tag)}
                  value={typed[tag] ?? ''}
                  onChange={(next) => setTyped({ ...typed, [tag]: next })}
                  mono
                  placeholder={tag}
                  error={
                    (typed[tag] ?? '') === '' || tag.startsWith((typed[tag] ?? '').trim())
                      ? undefined
                      : confirmText.mismatch
                  }
                  testId={`batch-tag-${tag}`}
                />
              ))}
        </div>
        <div className={primitives.dialogFoot}>
          {running ? (
            <Button
              onPress={() => void cancelBatch()}
              isDisabled={batch.cancelling}
              data-testid="cancel-batch"
            >
              {batch.cancelling ? runText.cancelling : runText.cancel}
            </Button>
          ) : null}
          <Button onPress={onClose} data-testid="batch-close">
            {common.close}
          </Button>
          {batch ? null : (
            <Button
              look={asking.length > 0 ? 'danger' : 'primary'}
              type="submit"
              isDisabled={!ready}
              data-testid="run-batch"
            >
              {text.run(work.length)}
            </Button>
          )}
        </div>
      </form>
    </Dialog>
  );
}

function Overview({ batch, total }: { batch: Batch; total: number }) {
  return (
    <div className={styles.run} data-testid="batch-progress" data-phase={batch.phase}>
      <div className={styles.runHead}>
        <ProgressBar label={runText.running} value={batch.done.size} total={total} />
        {batch.phase === 'running' ? <Elapsed since={batch.startedAt} /> : null}
        <span role="status">
          {batch.phase === 'running'
            ? text.running(batch.done.size, total)
            : batch.phase === 'done'
              ? text.finished(batch.done.size)
              : text.stopped}
        </span>
      </div>
      {batch.error ? (
        <p className={styles.said} role="alert" data-selectable>
          {errorText(batch.error)}
        </p>
      ) : null}
    </div>
  );
}

function Target(props: {
  item: MigrationBatchPlanItem;
  batch: Batch | null;
  exceptions: MigrationExceptions;
  onException: (name: keyof MigrationExceptions, set: boolean) => void;
  onLeaveOut: () => void;
}) {
  const { item, batch, exceptions } = props;
  const engines = useEngines();
  const state = targetState(item, batch);
  const progress = batch?.told.get(targetKey(item));
  const [opened, setOpened] = useState<boolean | null>(null);
  // What needs a person is open by itself.
  const open = opened ?? (state === 'blocked' || state === 'error' || state === 'runs' || state === 'failed');
  const type = currentMatrix()?.databases.find(({ tag }) => tag === item.database)?.type ?? '';
  const sql = engineOf(engines, type)?.template_language !== 'json';
  const address = `${item.database}@${item.env}`;
  const { plan } = item;
  const shape = SHAPES[state];
  const statements = plan?.steps.reduce((sum, step) => sum + step.statements.length, 0) ?? 0;
  const word =
    state === 'ready' && plan
      ? planText.count(plan.steps.length, statements)
      : (text as unknown as Record<string, string>)[state];
  return (
    <li data-testid={`batch-${item.database}-${item.env}`} data-state={state}>
      <button
        type="button"
        className={styles.batchTarget}
        aria-expanded={open}
        onClick={() => setOpened(!open)}
      >
        <Icon of={open ? ChevronDown : ChevronRight} small />
        {plan ? <ClassBadge of={plan.target.class} /> : null}
        <strong>{plain(address)}</strong>
        <span className={styles.batchState} data-state={state}>
          {shape ? <Icon of={shape} small /> : null}
          {word}
        </span>
      </button>
      {open ? (
        <div className={styles.batchPlan}>
          {state === 'blocked' || state === 'error' ? (
            <Button small onPress={props.onLeaveOut} data-testid={`leave-out-${item.database}-${item.env}`}>
              {text.leaveOut}
            </Button>
          ) : null}
          {progress ? (
            <Steps
              steps={progress.steps}
              phase={state === 'runs' ? 'running' : state === 'done' ? 'done' : 'failed'}
            />
          ) : plan ? (
            <PlanView
              plan={plan}
              sql={sql}
              nothing={planText.nothing}
              exceptions={exceptions}
              {...(batch ? {} : { onException: props.onException })}
            />
          ) : (
            <p className={styles.said} data-selectable>
              {plain(item.error?.message ?? '')}
            </p>
          )}
        </div>
      ) : null}
    </li>
  );
}
