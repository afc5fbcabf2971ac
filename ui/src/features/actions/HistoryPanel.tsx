import { CircleCheck, CircleSlash, CircleX, type LucideIcon } from 'lucide-react';
import { useState } from 'react';
import { Cell, Column, Row, Table, TableBody, TableHeader } from 'react-aria-components';
import type { ActionRunView } from '../../bindings/ActionRunView';
import type { ActionView } from '../../bindings/ActionView';
import type { EnvironmentView } from '../../bindings/EnvironmentView';
import { Button } from '../../design/Button';
import { Icon } from '../../design/Icon';
import { CLASS_SHAPES, Notice, Waiting } from '../../design/Layout';
import primitives from '../../design/primitives.module.css';
import { duration, moment, plain } from '../../design/text';
import { say } from '../../design/toasts';
import { asAppError } from '../../platform';
import { runForm } from '../../text/actions';
import { historyText as text } from '../../text/actionUses';
import { classNames, common } from '../../text/common';
import { errorText } from '../../text/errors';
import { focusDetail } from './focus';
import { inputFacts, valuesOf } from './history';
import { place } from './place';
import { useHistory } from './useHistory';
import type { Runner } from './useRunner';
import styles from './uses.module.css';

const OUTCOMES: Record<string, LucideIcon> = { done: CircleCheck, failed: CircleX, cancelled: CircleSlash };

interface Props {
  view: ActionView;
  environments: EnvironmentView[];
  /** The environment and the form that inputs are taken to; none where there is nowhere to run. */
  slug: string | undefined;
  runner: Runner | undefined;
}

/** What was run, newest first. Enter upon a run puts its inputs into the form. */
export function HistoryPanel({ view, environments, slug, runner }: Props) {
  const { data: runs, error } = useHistory(view.id, true);
  const [chosen, setChosen] = useState<string | null>(null);
  if (error)
    return (
      <div className={styles.padded}>
        <Notice tone="error">{errorText(asAppError(error))}</Notice>
      </div>
    );
  if (!runs) return <Waiting label={common.loading} />;
  if (runs.length === 0)
    return (
      <p className={styles.nothing} data-testid="history-empty">
        {text.empty}
      </p>
    );
  const shown = runs.find((run) => run.id === chosen) ?? runs[0];
  const take = (run: ActionRunView | undefined) => {
    if (!run || !runner || slug === undefined) return;
    runner.fill(valuesOf(view.check.inputs, run.inputs, runner.values));
    place.set({ tab: 'run' });
    focusDetail();
    say({ text: text.used(slug) });
  };
  return (
    <div className={styles.history}>
      <div className={styles.runs}>
        <Table
          aria-label={text.label}
          className={styles.runTable ?? ''}
          selectionMode="single"
          selectionBehavior="replace"
          disallowEmptySelection
          selectedKeys={shown ? [shown.id] : []}
          onSelectionChange={(keys) => {
            if (keys !== 'all') setChosen(String([...keys][0] ?? ''));
          }}
          onRowAction={(key) => take(runs.find((run) => run.id === key))}
          data-testid="history"
        >
          <TableHeader>
            <Column isRowHeader>{text.when}</Column>
            <Column>{text.environment}</Column>
            <Column>{text.outcome}</Column>
            <Column>{text.count}</Column>
            <Column>{text.time}</Column>
            <Column>{text.origin}</Column>
          </TableHeader>
          <TableBody>
            {runs.map((run) => (
              <Row
                key={run.id}
                id={run.id}
                className={styles.run ?? ''}
                data-testid="history-run"
                data-outcome={run.outcome}
              >
                <Cell>{moment(run.at)}</Cell>
                <Cell>
                  <Where slug={run.env} environments={environments} />
                </Cell>
                <Cell>
                  <Outcome of={run.outcome} />
                </Cell>
                <Cell>{countOf(run)}</Cell>
                <Cell>{run.outcome === 'done' ? duration(run.ms) : text.noTime}</Cell>
                <Cell>{plain(text.origins[run.origin] ?? run.origin)}</Cell>
              </Row>
            ))}
          </TableBody>
        </Table>
      </div>
      {shown ? (
        <section className={styles.chosen} aria-label={text.chosen} data-testid="history-chosen">
          <Told run={shown} secrets={view.check.inputs.some((input) => input.secret)} />
          {runner && slug !== undefined ? (
            <div>
              <Button onPress={() => take(shown)} data-testid="history-use">
                {text.takeIn(slug)}
              </Button>
            </div>
          ) : null}
        </section>
      ) : null}
    </div>
  );
}

function countOf({ rows, affected }: ActionRunView): string {
  if (affected !== null) return text.affected(affected);
  return rows === null ? '' : text.rows(rows);
}

function Where({ slug, environments }: { slug: string | null; environments: EnvironmentView[] }) {
  const environment = environments.find((candidate) => candidate.slug === slug);
  if (!environment) return <span className={primitives.faint}>{text.gone}</span>;
  return (
    <span className={primitives.badge} data-class={environment.class}>
      <Icon of={CLASS_SHAPES[environment.class]} small />
      {environment.slug}
      <span className={styles.className}>{classNames[environment.class]}</span>
    </span>
  );
}

function Outcome({ of }: { of: string }) {
  const icon = OUTCOMES[of];
  return (
    <span className={styles.outcome} data-outcome={of}>
      {icon ? <Icon of={icon} small /> : null}
      {plain(text.outcomes[of] ?? of)}
    </span>
  );
}

/** Why it failed, and with what it ran. */
function Told({ run, secrets }: { run: ActionRunView; secrets: boolean }) {
  const facts = inputFacts(run.inputs);
  return (
    <>
      {run.message === null ? null : (
        <Notice tone={run.outcome === 'failed' ? 'error' : 'plain'}>
          <span data-selectable data-testid="history-message">
            {plain(run.message)}
          </span>
        </Notice>
      )}
      {run.attempts > 1 ? <p className={primitives.faint}>{text.attempts(run.attempts)}</p> : null}
      <h2 className={styles.heading}>{text.inputs}</h2>
      {facts.length === 0 ? (
        <p className={primitives.faint}>{text.noInputs}</p>
      ) : (
        <dl className={primitives.facts} data-testid="history-inputs">
          {facts.map(({ side, key, value }) => [
            <dt key={`${side}.${key}`}>
              <code>{plain(key)}</code>
              {side === 'filter' ? ` ${runForm.filterSide}` : null}
            </dt>,
            <dd key={`${side}.${key} value`} data-selectable>
              <code>{plain(value)}</code>
            </dd>,
          ])}
        </dl>
      )}
      {secrets ? <p className={primitives.faint}>{text.secrets}</p> : null}
    </>
  );
}
