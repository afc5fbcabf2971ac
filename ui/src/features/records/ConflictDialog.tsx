import { useState } from 'react';
import { Radio, RadioGroup } from 'react-aria-components';
import { FormDialog } from '../../design/FormDialog';
import primitives from '../../design/primitives.module.css';
import { classes, plain } from '../../design/text';
import type { Conflict } from '../../platform';
import { conflicts as text } from '../../text/conflict';
import { fieldName } from '../../text/fields';
import styles from './ConflictDialog.module.css';
import { mergePatch, type Side } from './merge';
import { isEmptyPatch, type PatchForm } from './patch';

function shown(value: unknown): string {
  if (value === null || value === undefined || value === '') return text.empty;
  return plain(typeof value === 'string' ? value : JSON.stringify(value));
}

/** Two edits of one record: field by field, what it was, theirs and yours. */
export function ConflictDialog<P extends { revision?: number; fingerprint?: string }>(props: {
  subject: string;
  base: object;
  conflict: Conflict;
  sending: Pick<PatchForm<P>, 'sent' | 'write' | 'dropConflict'>;
  /** Instead of sending nothing, where everything was chosen from the other side. */
  onNothingLeft?: () => void;
}) {
  const { conflict } = props;
  const { sent, write, dropConflict } = props.sending;
  const [sides, setSides] = useState<Record<string, Side>>({});
  const sideOf = (field: string): Side => sides[field] ?? 'yours';
  const merge = () => {
    const merged = mergePatch(
      sent,
      conflict,
      Object.fromEntries(conflict.changes.map(({ field }) => [field, sideOf(field)])),
    );
    if (props.onNothingLeft && isEmptyPatch(merged)) {
      dropConflict();
      props.onNothingLeft();
    } else void write(merged);
  };
  return (
    <FormDialog
      title={text.title(props.subject)}
      lead={text.lead}
      onClose={dropConflict}
      wide
      keepOnOutsideClick
      testId="conflict"
      onSubmit={merge}
      action={text.save}
    >
      {conflict.changes.map((change) => (
        <RadioGroup
          key={change.field}
          className={styles.change ?? ''}
          aria-label={plain(fieldName(change.field))}
          value={sideOf(change.field)}
          onChange={(side) => setSides({ ...sides, [change.field]: side as Side })}
        >
          <span className={primitives.label}>{plain(fieldName(change.field))}</span>
          <span className={styles.base}>
            <span className={styles.word}>{text.before}</span>
            <span className={styles.value}>
              {shown(change.base ?? (props.base as Record<string, unknown>)[change.field])}
            </span>
          </span>
          {(['theirs', 'yours'] as const).map((side) => (
            <Radio
              key={side}
              value={side}
              className={primitives.radioItem ?? ''}
              data-testid={`conflict-${change.field}-${side}`}
            >
              <span className={primitives.radio} />
              <span className={styles.word}>{text[side]}</span>
              <span className={classes(styles.value)}>
                {shown(side === 'theirs' ? change.current : change.yours)}
              </span>
            </Radio>
          ))}
        </RadioGroup>
      ))}
    </FormDialog>
  );
}
