import type { ActionPlan } from '../../bindings/ActionPlan';
import type { PlanParameter } from '../../bindings/PlanParameter';
import { ClassBadge, Notice } from '../../design/Layout';
import primitives from '../../design/primitives.module.css';
import { plain } from '../../design/text';
import { runForm, planText as text } from '../../text/actions';
import { common } from '../../text/common';
import { CodeView } from './CodeView';
import { isRounded, planValue } from './inputs';
import styles from './run.module.css';

export function sentText(plan: ActionPlan): string {
  return plain(plan.statement ?? JSON.stringify(plan.command, null, 2));
}

function Parameters({ of, sent }: { of: PlanParameter[]; sent: Record<string, string[]> }) {
  if (of.length === 0) return <p className={primitives.faint}>{text.noParameters}</p>;
  return (
    <table className={styles.parameters} data-testid="plan-parameters">
      <thead>
        <tr>
          {[text.number, text.name, text.type, text.value].map((title) => (
            <th key={title} scope="col">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {of.map((parameter, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: parameters have no name of their own: one input may be several
          <tr key={index}>
            <td className={primitives.faint}>{index + 1}</td>
            <td>
              <code>{plain(parameter.name)}</code>
            </td>
            <td className={primitives.faint}>{plain(parameter.type ?? text.inferred)}</td>
            <td className={styles.parameterValue} data-selectable>
              <ParameterValue parameter={parameter} sent={sent[parameter.name]} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function ParameterValue({ parameter, sent }: { parameter: PlanParameter; sent: string[] | undefined }) {
  const { text: shown, rounded } = planValue(parameter.value, sent);
  return (
    <>
      <code data-null={parameter.value === null || undefined}>{plain(shown)}</code>
      {rounded ? <span className={primitives.help}> {text.rounded}</span> : null}
    </>
  );
}

export function Target({ plan }: { plan: ActionPlan }) {
  return (
    <p className={styles.target} data-testid="plan-target" data-selectable>
      <ClassBadge of={plan.target.class} />
      <strong>{plain(plan.target.address)}</strong>
      <code className={primitives.truncate}>{plain(plan.target.url)}</code>
    </p>
  );
}

/** What would be sent, where, and what stands before it. */
export function PlanView(props: { plan: ActionPlan; sent: Record<string, string[]>; brief?: boolean }) {
  const { plan, sent, brief } = props;
  return (
    <div className={styles.plan} data-testid="plan">
      {plan.refused === undefined ? null : (
        <Notice tone="error">
          <strong>{text.refused}.</strong> {plain(plan.refused)}
        </Notice>
      )}
      <Target plan={plan} />
      <section aria-label={plan.statement === undefined ? text.command : text.statement}>
        <h2 className={styles.planTitle}>{plan.statement === undefined ? text.command : text.statement}</h2>
        <CodeView text={sentText(plan)} sql={plan.statement !== undefined} testId="plan-statement" />
        {isRounded(plan.command) ? <p className={primitives.help}>{text.rounded}</p> : null}
      </section>
      {plan.statement === undefined ? null : (
        <section aria-label={text.parameters}>
          <h2 className={styles.planTitle}>{text.parameters}</h2>
          <Parameters of={plan.parameters} sent={sent} />
        </section>
      )}
      {plan.unfiltered ? <Notice tone="warn">{text.allRows}</Notice> : null}
      {plan.notes.map((note) => (
        <Notice key={note} tone={plan.writes ? 'warn' : 'plain'}>
          {plain(note)}
        </Notice>
      ))}
      {brief ? null : (
        <dl className={primitives.facts}>
          <dt>{text.effect}</dt>
          <dd>{plan.writes ? text.writes : text.reads}</dd>
          <dt>{text.tables}</dt>
          <dd>
            <code>{plan.tables.length > 0 ? plain(plan.tables.join(', ')) : common.none}</code>
          </dd>
          <dt>{text.guard}</dt>
          <dd data-testid="plan-guard">{runForm.asks[plan.guard]}</dd>
        </dl>
      )}
    </div>
  );
}
