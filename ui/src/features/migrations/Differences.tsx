import { ChevronDown, ChevronRight, type LucideIcon, Minus, PencilLine, Plus } from 'lucide-react';
import { useState } from 'react';
import type { SchemaDifference } from '../../bindings/SchemaDifference';
import { Icon } from '../../design/Icon';
import primitives from '../../design/primitives.module.css';
import { classes, plain } from '../../design/text';
import { schemaText as text } from '../../text/migrationRuns';
import { CodeView } from '../actions/CodeView';
import styles from './schema.module.css';

const SHAPES: Record<string, LucideIcon> = { added: Plus, removed: Minus, changed: PencilLine };

/** Object by object; each opens to what it is on both sides. */
export function Differences(props: {
  of: SchemaDifference[];
  sql: boolean;
  /** What the sides are. */
  left: string;
  right: string;
}) {
  const { of, sql, left, right } = props;
  return (
    <ul className={styles.differences} data-testid="differences">
      {of.map((difference) => (
        <Difference
          key={`${difference.kind} ${difference.object} ${difference.change}`}
          of={difference}
          sql={sql}
          sides={[left, right]}
        />
      ))}
    </ul>
  );
}

function Difference(props: { of: SchemaDifference; sql: boolean; sides: [string, string] }) {
  const { of, sql, sides } = props;
  const [open, setOpen] = useState(false);
  const shape = SHAPES[of.change];
  return (
    <li>
      <button
        type="button"
        className={styles.difference}
        data-change={of.change}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        data-testid={`difference-${of.object}`}
      >
        <Icon of={open ? ChevronDown : ChevronRight} small />
        <span className={styles.change}>
          {shape ? <Icon of={shape} small /> : null}
          {plain(text.changes[of.change] ?? of.change)}
        </span>
        <span className={styles.kind}>{plain(of.kind)}</span>
        <code className={classes(styles.object, primitives.truncate)}>{plain(of.object)}</code>
      </button>
      {open ? (
        <div className={styles.both}>
          {sides.map((side, index) => {
            const definition = index === 0 ? of.left : of.right;
            return (
              <section key={side} aria-label={side}>
                <h3 className={styles.side}>{side}</h3>
                {definition === null ? (
                  <p className={primitives.faint}>—</p>
                ) : (
                  <CodeView text={plain(definition)} sql={sql} />
                )}
              </section>
            );
          })}
        </div>
      ) : null}
    </li>
  );
}
