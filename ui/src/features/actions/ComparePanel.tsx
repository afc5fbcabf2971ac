import { CircleX, GitCompareArrows, X } from 'lucide-react';
import { useEffect, useEffectEvent, useState } from 'react';
import { isCovered } from '../../app/covered';
import { shortcut, withCommand } from '../../app/platformKeys';
import { queries } from '../../app/queries';
import { useStore } from '../../app/store';
import type { ActionView } from '../../bindings/ActionView';
import type { DatabaseView } from '../../bindings/DatabaseView';
import type { EnvironmentView } from '../../bindings/EnvironmentView';
import type { RowComparison } from '../../bindings/RowComparison';
import { Button } from '../../design/Button';
import { Checkbox, Field } from '../../design/Field';
import { Icon } from '../../design/Icon';
import { Notice, useSlow } from '../../design/Layout';
import primitives from '../../design/primitives.module.css';
import { classes, plain } from '../../design/text';
import { faultsOf } from '../../platform';
import { runForm } from '../../text/actions';
import { compareText as text } from '../../text/actionUses';
import { errorText } from '../../text/errors';
import { CompareGrid } from '../results/CompareGrid';
import {
  type Comparing,
  cancelComparison,
  choose,
  comparisons,
  isComparing,
  keyColumns,
  namedRows,
  sidesOf,
  startComparison,
  typedNames,
  withSide,
} from './comparisons';
import { EnvironmentChooser } from './EnvironmentChooser';
import { Inputs } from './Inputs';
import { outlineKey } from './outline';
import { Elapsed } from './RunResult';
import run from './run.module.css';
import { runs } from './runs';
import type { Runner } from './useRunner';
import styles from './uses.module.css';

interface Props {
  view: ActionView;
  database: DatabaseView;
  environments: EnvironmentView[];
  environment: EnvironmentView;
  runner: Runner;
}

/** One action in two environments, its rows compared. */
export function ComparePanel({ view, database, environments, environment, runner }: Props) {
  const comparing = useStore(comparisons, ({ byAction }) => byAction.get(view.id));
  const chosen = useStore(comparisons, ({ choices }) => choices.get(view.id));
  const configured = new Set(database.envs.map((config) => config.slug));
  const slugs = environments
    .filter(({ slug, active }) => active && configured.has(slug))
    .map(({ slug }) => slug);
  const sides = sidesOf(slugs, environment.slug, chosen);
  const key = chosen?.key ?? [];
  const running = comparing?.phase === 'running';
  const compare = async () => {
    if (!sides) return;
    const json = runner.complete();
    if (json === null) return;
    const thrown = await startComparison(view.id, { ...sides, key }, json);
    if (thrown && faultsOf(thrown).length > 0) runner.refuse(thrown);
  };
  useCompareKeys(view.id, () => void compare());
  if (!sides)
    return (
      <div className={styles.padded}>
        <Notice>{text.one}</Notice>
      </div>
    );
  const chooser = (side: 'left' | 'right') => (
    <div className={styles.side}>
      <span className={primitives.label} aria-hidden="true">
        {side === 'left' ? text.leftShort : text.rightShort}
      </span>
      <EnvironmentChooser
        label={text[side]}
        name={`compare-${side}`}
        environments={environments}
        configured={configured}
        slug={sides[side]}
        onChange={(slug) => choose(view.id, { ...withSide(sides, side, slug), key })}
      />
    </div>
  );
  return (
    <div className={run.runPanel}>
      <div className={classes(run.form, styles.form)} data-first data-alone={!comparing || undefined}>
        <div className={styles.lead}>
          <p className={primitives.faint}>{text.lead}</p>
          <Button
            look="primary"
            onPress={() => void compare()}
            isDisabled={running || view.check.faults.length > 0}
            aria-keyshortcuts="Control+Enter"
            data-testid="action-compare"
          >
            <Icon of={GitCompareArrows} small />
            {text.compare(sides.left, sides.right)}
            <kbd className={run.runKey}>{shortcut('↵')}</kbd>
          </Button>
        </div>
        <div className={styles.sides}>
          {chooser('left')}
          {chooser('right')}
        </div>
        <Inputs inputs={view.check.inputs} runner={runner} />
        <KeyColumns
          view={view}
          database={database}
          slug={sides.left}
          compared={comparing?.result ?? null}
          value={key}
          onChange={(next) => choose(view.id, { ...sides, key: next })}
        />
      </div>
      {comparing ? (
        <Compared actionId={view.id} comparing={comparing} />
      ) : (
        <p className={run.nothing} data-testid="action-compare-none">
          {text.none}
        </p>
      )}
    </div>
  );
}

/** Compare, and end what is compared; before the screen's own keys see them. */
function useCompareKeys(actionId: string, compare: () => void): void {
  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    if (isCovered()) return;
    const command = withCommand(event) && !event.altKey;
    if (isComparing(actionId) && (event.key === 'Escape' || (command && event.key === '.')))
      void cancelComparison(actionId);
    else if (command && event.key === 'Enter') compare();
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

function KeyColumns(props: {
  view: ActionView;
  database: DatabaseView;
  slug: string;
  compared: RowComparison | null;
  value: string[];
  onChange: (key: string[]) => void;
}) {
  const { view, value, onChange } = props;
  const result = useStore(runs, ({ byAction }) => byAction.get(view.id)?.columns);
  const [typed, setTyped] = useState(value.join(', '));
  const columns = keyColumns(
    props.compared?.columns,
    result,
    queries.getQueryData(outlineKey(props.database.id, props.slug)),
    view.record.tableName,
  );
  if (columns.length === 0)
    return (
      <Field
        label={text.key}
        optional
        mono
        value={typed}
        onChange={(names) => {
          setTyped(names);
          onChange(typedNames(names));
        }}
        help={text.keyNames}
        testId="action-compare-key"
      />
    );
  return (
    <fieldset className={styles.keys} aria-label={text.key} data-testid="action-compare-keys">
      <span className={primitives.label} aria-hidden="true">
        {text.key}
        <span className={primitives.optional}> optional</span>
      </span>
      <div className={styles.columns}>
        {columns.map((name) => (
          <Checkbox
            key={name}
            isSelected={value.includes(name)}
            onChange={(selected) =>
              onChange(columns.filter((column) => (column === name ? selected : value.includes(column))))
            }
            testId={`action-compare-key-${name}`}
          >
            <code>{plain(name)}</code>
          </Checkbox>
        ))}
      </div>
      <span className={primitives.help}>{text.keyHelp}</span>
    </fieldset>
  );
}

function Compared({ actionId, comparing }: { actionId: string; comparing: Comparing }) {
  const { left, right, result, error } = comparing;
  return (
    <section
      className={run.result}
      aria-label={text.title}
      data-testid="action-compared"
      data-phase={comparing.phase}
    >
      {comparing.phase === 'running' ? <Progress actionId={actionId} comparing={comparing} /> : null}
      {error?.code === 'cancelled' ? (
        <div className={run.summary}>
          <Notice role="status">
            <span data-testid="action-compare-cancelled">{text.cancelled}</span>
          </Notice>
        </div>
      ) : null}
      {error && error.code !== 'cancelled' ? (
        <div className={run.failure} role="alert" data-testid="action-compare-error">
          <h3>
            <Icon of={CircleX} small />
            {text.failed}
          </h3>
          <p data-selectable>{errorText(error)}</p>
        </div>
      ) : null}
      {result ? <Result result={result} left={left} right={right} /> : null}
    </section>
  );
}

function Progress({ actionId, comparing }: { actionId: string; comparing: Comparing }) {
  const { left, right, cancelling } = comparing;
  if (!useSlow(true)) return null;
  return (
    <div className={run.progress} data-testid="action-compare-progress">
      <span className={run.moving} role="progressbar" aria-label={text.running(left, right)} />
      <span role="status">{text.running(left, right)}</span>
      <Elapsed since={comparing.startedAt} />
      <Button
        small
        onPress={() => void cancelComparison(actionId)}
        isDisabled={cancelling}
        aria-keyshortcuts="Escape Control+."
        data-testid="action-compare-cancel"
      >
        <Icon of={X} small />
        {cancelling ? runForm.cancelling : runForm.cancel}
        {cancelling ? null : <kbd className={run.key}>Esc</kbd>}
      </Button>
    </div>
  );
}

function Result({ result, left, right }: { result: RowComparison; left: string; right: string }) {
  const { only_left, only_right, same } = result;
  const both = same + result.different.length;
  return (
    <>
      <div className={run.summary} data-testid="action-compare-summary">
        <p className={run.facts} role="status">
          <strong>{text.different(result.different.length)}</strong>
          <strong>{text.only(left, only_left.length)}</strong>
          <strong>{text.only(right, only_right.length)}</strong>
          <span>{text.same(same)}</span>
          <span className={primitives.faint}>{plain(text.by(result.key))}</span>
        </p>
        {result.truncated ? (
          <Notice tone="warn">
            <span data-testid="action-compare-truncated">{text.truncated}</span>
          </Notice>
        ) : null}
      </div>
      {result.columns.length > 0 ? (
        <div className={run.grid}>
          <CompareGrid
            columns={result.columns}
            left={only_left.length + both}
            right={only_right.length + both}
            only_left={only_left}
            only_right={only_right}
            different={namedRows(result)}
            labels={{ left, right }}
          />
        </div>
      ) : null}
    </>
  );
}
