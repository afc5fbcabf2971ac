import { ArrowDown, ArrowUp, OctagonAlert, TriangleAlert, Unlink } from 'lucide-react';
import type { MigrationExceptions } from '../../bindings/MigrationExceptions';
import type { MigrationPlan } from '../../bindings/MigrationPlan';
import type { MigrationPlanStep } from '../../bindings/MigrationPlanStep';
import { Checkbox } from '../../design/Field';
import { Icon } from '../../design/Icon';
import { ClassBadge, Notice } from '../../design/Layout';
import primitives from '../../design/primitives.module.css';
import { plain } from '../../design/text';
import { schemaText, planText as text } from '../../text/migrationRuns';
import { CodeView } from '../actions/CodeView';
import { HelpLink } from '../help/HelpLink';
import { DRIFT } from '../help/topics';
import { Differences } from './Differences';
import { type ExceptionName, isException } from './guard';
import styles from './run.module.css';

/** What would be sent, where, in which order, and what stands in its way. */
export function PlanView(props: {
  plan: MigrationPlan;
  sql: boolean;
  nothing: string;
  exceptions: MigrationExceptions;
  /** Not told where nothing can be set aside any more. */
  onException?: (name: ExceptionName, set: boolean) => void;
}) {
  const { plan, sql, exceptions, onException } = props;
  const statements = plan.steps.reduce((sum, step) => sum + step.statements.length - step.from + 1, 0);
  const setAside = (Object.keys(exceptions) as ExceptionName[]).filter((name) => exceptions[name]);
  return (
    <div className={styles.plan} data-testid="migration-plan">
      <p className={styles.target} data-testid="plan-target" data-selectable>
        <ClassBadge of={plan.target.class} />
        <strong>{plain(plan.target.address)}</strong>
        <code className={primitives.truncate}>{plain(plan.target.url)}</code>
      </p>
      {plan.obstacles.length === 0 ? null : (
        <div>
          <ul className={styles.obstacles}>
            {plan.obstacles.map(({ code, message, tags, exception }) => (
              <li key={code} className={styles.obstacle} data-testid={`obstacle-${code}`}>
                <Icon of={OctagonAlert} small />
                <span>
                  {plain(message)}
                  {tags.length > 0 ? <span className={styles.tags}> {plain(tags.join(', '))}</span> : null}
                </span>
                {onException && isException(exception) ? (
                  <Checkbox
                    isSelected={exceptions[exception]}
                    onChange={(set) => onException(exception, set)}
                    testId={`exception-${exception}`}
                  >
                    {text.exceptions[exception]}
                  </Checkbox>
                ) : null}
              </li>
            ))}
          </ul>
        </div>
      )}
      {setAside.length === 0 ? null : (
        <div className={styles.setAside}>
          {setAside.map((name) => (
            <Checkbox
              key={name}
              isSelected
              onChange={(set) => onException?.(name, set)}
              testId={`exception-${name}`}
            >
              {text.exceptions[name]}
            </Checkbox>
          ))}
          <span className={primitives.help}>{text.exceptionHelp}</span>
        </div>
      )}
      {plan.drift.length === 0 ? null : (
        <div>
          <h2 className={styles.heading}>
            <Icon of={TriangleAlert} small />
            {text.drift}
            <HelpLink topic={DRIFT} />
          </h2>
          <Differences of={plan.drift} sql={sql} left={schemaText.last} right={plan.target.env} />
        </div>
      )}
      {plan.notes.map((note) => (
        <Notice key={note}>{plain(note)}</Notice>
      ))}
      {plan.steps.length === 0 ? (
        <p className={styles.nothing} data-testid="plan-nothing">
          {props.nothing}
        </p>
      ) : (
        <>
          <p className={styles.count} data-testid="plan-count">
            {text.count(plan.steps.length, statements)}
          </p>
          <ol className={styles.steps}>
            {plan.steps.map((step) => (
              <Step key={`${step.tag} ${step.direction}`} step={step} sql={sql} />
            ))}
          </ol>
        </>
      )}
    </div>
  );
}

function Step({ step, sql }: { step: MigrationPlanStep; sql: boolean }) {
  const general = step.warnings.filter(({ statement }) => statement === null);
  const checks = (before: boolean) =>
    step.checks
      .filter((check) => check.before === before)
      .map((check) => (
        <div key={check.query} className={styles.check}>
          <span className={styles.statementNumber}>{before ? text.checkBefore : text.checkAfter}</span>
          <CodeView text={plain(check.query)} sql={sql} />
        </div>
      ));
  return (
    <li className={styles.step} data-testid={`plan-step-${step.tag}`} data-direction={step.direction}>
      <h2 className={styles.stepHead}>
        <Icon of={step.direction === 'down' ? ArrowDown : ArrowUp} small />
        <span>{step.direction === 'down' ? text.down : text.up}</span>
        <strong>{plain(step.name)}</strong>
        <code className={primitives.faint}>{plain(step.tag)}</code>
        <span className={styles.stepFacts}>
          {step.from > 1 ? `${text.from(step.from)} · ` : ''}
          {step.transaction ? text.transaction : text.noTransaction}
          {step.has_down || step.direction === 'down' ? '' : ` · ${text.noDown}`}
        </span>
      </h2>
      {step.tables.length === 0 ? null : (
        <p className={styles.tables}>
          {step.tables.map(({ table, rows }) => (
            <span key={table}>
              <code>{plain(table)}</code> {rows === null ? text.unknownRows : text.rows(rows)}
            </span>
          ))}
        </p>
      )}
      {general.map((warning) => (
        <Warned key={warning.code} warning={warning} />
      ))}
      {checks(true)}
      {step.statements.map((statement, index) =>
        index + 1 < step.from ? null : (
          // biome-ignore lint/suspicious/noArrayIndexKey: a statement is its number
          <div key={index} className={styles.statement}>
            <span className={styles.statementNumber}>{index + 1}</span>
            <div>
              <CodeView text={plain(statement)} sql={sql} testId="plan-statement" />
              {step.warnings
                .filter((warning) => warning.statement === index + 1)
                .map((warning) => (
                  <Warned key={warning.code} warning={warning} />
                ))}
            </div>
          </div>
        ),
      )}
      {checks(false)}
    </li>
  );
}

function Warned({ warning }: { warning: MigrationPlanStep['warnings'][number] }) {
  return (
    <p
      className={styles.warned}
      data-destructive={warning.destructive || undefined}
      data-waived={warning.waived !== undefined || undefined}
      data-testid={`plan-warning-${warning.code}`}
    >
      <Icon of={warning.destructive ? Unlink : TriangleAlert} small />
      <span>
        {warning.destructive ? <strong>{text.destructive}. </strong> : null}
        {plain(warning.message)}
        {warning.waived === undefined ? null : <em> {plain(text.waived(warning.waived))}</em>}
      </span>
    </p>
  );
}
