import { useState } from 'react';
import { Radio, RadioGroup } from 'react-aria-components';
import { Button } from '../../design/Button';
import { Dialog, DialogForm } from '../../design/Dialog';
import primitives from '../../design/primitives.module.css';
import { classes, plain } from '../../design/text';
import type { Conflict } from '../../platform';
import { common } from '../../text/common';
import { conflicts as text } from '../../text/conflict';
import styles from './ConflictDialog.module.css';
import { mergePatch, type Side } from './merge';

function shown(value: unknown): string {
  if (value === null || value === undefined || value === '') return text.empty;
  return plain(typeof value === 'string' ? value : JSON.stringify(value));
}

/** Two edits of one record: field by field, what it was, theirs and yours. */
export function ConflictDialog<P extends { revision?: number }>(props: {
  subject: string;
  conflict: Conflict;
  patch: P;
  base: object;
  onClose: () => void;
  onMerged: (patch: P) => void;
}) {
  const { conflict, patch } = props;
  const [sides, setSides] = useState<Record<string, Side>>({});
  const sideOf = (field: string): Side => sides[field] ?? 'yours';
  const merge = () =>
    props.onMerged(
      mergePatch(
        patch,
        conflict,
        Object.fromEntries(conflict.changes.map(({ field }) => [field, sideOf(field)])),
      ),
    );
  return (
    <Dialog
      title={text.title(props.subject)}
      lead={text.lead}
      onClose={props.onClose}
      wide
      keepOnOutsideClick
      testId="conflict"
    >
      <DialogForm
        onSubmit={merge}
        actions={
          <>
            <Button onPress={props.onClose}>{common.cancel}</Button>
            <Button look="primary" type="submit" data-testid="save">
              {text.save}
            </Button>
          </>
        }
      >
        {conflict.changes.map((change) => (
          <RadioGroup
            key={change.field}
            className={styles.change ?? ''}
            aria-label={change.field}
            value={sideOf(change.field)}
            onChange={(side) => setSides({ ...sides, [change.field]: side as Side })}
          >
            <span className={primitives.label}>{change.field}</span>
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
      </DialogForm>
    </Dialog>
  );
}
