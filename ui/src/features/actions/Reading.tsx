import { CircleAlert, CircleCheck, Eye, PencilLine } from 'lucide-react';
import type { ActionCheck } from '../../bindings/ActionCheck';
import type { ActionFault } from '../../bindings/ActionFault';
import type { ActionInput } from '../../bindings/ActionInput';
import { Icon } from '../../design/Icon';
import primitives from '../../design/primitives.module.css';
import { plain } from '../../design/text';
import { editText as text } from '../../text/actions';
import { common } from '../../text/common';
import styles from './editor.module.css';

/** What is read in the templates, as they are typed: problems, inputs, and what a run does. */
export function Reading(props: {
  check: ActionCheck | null;
  /** Nothing is written yet: that it can't be run is no news. */
  blank: boolean;
  /** The problem that F8 went to. */
  current: number | null;
  onGo: (fault: ActionFault, index: number) => void;
}) {
  const { check, blank, current } = props;
  if (!check) return <aside className={styles.reading} />;
  const faults = blank ? [] : check.faults;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is scrolled by keys
    <aside className={styles.reading} aria-label={text.does} tabIndex={0} data-testid="action-reading">
      <section aria-label={text.problems}>
        <h2 className={styles.readingTitle}>
          {text.problems}
          {faults.length > 0 ? <span className={styles.f8}>{text.problemsKey}</span> : null}
        </h2>
        {blank ? (
          <p className={primitives.faint}>{text.blank}</p>
        ) : faults.length === 0 ? (
          <p className={styles.fine} data-testid="action-no-problems">
            <Icon of={CircleCheck} small />
            {text.noProblems}
          </p>
        ) : (
          <ul className={styles.problems} data-testid="action-problems">
            {faults.map((fault, index) => (
              <li key={`${fault.side}-${fault.code}-${fault.start}`}>
                <button
                  type="button"
                  className={styles.problem}
                  aria-current={index === current}
                  data-testid={`action-problem-${fault.code}`}
                  onClick={() => props.onGo(fault, index)}
                >
                  <Icon of={CircleAlert} small />
                  <span>{plain(fault.message)}</span>
                </button>
              </li>
            ))}
          </ul>
        )}
        <span className="visually-hidden" role="status">
          {current === null || !faults[current]
            ? ''
            : text.problem(current + 1, faults.length, plain(faults[current].message))}
        </span>
      </section>
      <section aria-label={text.inputs}>
        <h2 className={styles.readingTitle}>{text.inputs}</h2>
        {check.inputs.length === 0 ? (
          <p className={primitives.faint}>{text.noInputs}</p>
        ) : (
          <ul className={styles.inputList} data-testid="action-inputs">
            {check.inputs.map((input) => (
              <Input key={`${input.side}.${input.key}`} input={input} />
            ))}
          </ul>
        )}
      </section>
      {blank ? null : (
        <section aria-label={text.does}>
          <h2 className={styles.readingTitle}>{text.does}</h2>
          <p className={styles.effect} data-writes={check.writes || undefined} data-testid="action-effect">
            <Icon of={check.writes ? PencilLine : Eye} small />
            {check.writes ? text.countsAsWrite : text.reads}
          </p>
          {check.unfiltered ? (
            <p className={styles.effect} data-writes data-testid="action-unfiltered">
              <Icon of={CircleAlert} small />
              {text.unfiltered}
            </p>
          ) : null}
          <dl className={styles.tables}>
            <dt>{text.tables}</dt>
            <dd>
              <code>{check.tables.length > 0 ? plain(check.tables.join(', ')) : common.none}</code>
            </dd>
          </dl>
          {check.notes.map((note) => (
            <p key={note} className={styles.note}>
              {plain(note)}
            </p>
          ))}
        </section>
      )}
    </aside>
  );
}

function Input({ input }: { input: ActionInput }) {
  const marks = [
    input.side === 'filter' ? text.fromFilter : null,
    input.optional ? text.optional : null,
    input.unique ? text.unique : null,
    input.secret ? text.secret : null,
  ].filter((mark) => mark !== null);
  return (
    <li className={styles.inputItem} data-testid={`reads-${input.key}`}>
      <span className={styles.inputHead}>
        <code className={styles.chip}>{plain(input.key)}</code>
        <span className={styles.inputType}>{input.type}</span>
        {marks.length > 0 ? <span className={styles.marks}>{marks.join(', ')}</span> : null}
      </span>
      <span className={styles.expected}>{plain(input.expected)}</span>
    </li>
  );
}
