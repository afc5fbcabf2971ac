import { useState } from 'react';
import { Field } from '../../design/Field';
import { FormDialog } from '../../design/FormDialog';
import { Notice } from '../../design/Layout';
import { plain } from '../../design/text';
import { checksumText as text } from '../../text/migrations';
import { CodeView } from '../actions/CodeView';
import styles from './editor.module.css';
import type { ChecksumQuestion } from './save';

/** Before `up` of one that is applied is changed: both texts, and the database’s tag below them. */
export function ChecksumDialog(props: {
  name: string;
  question: ChecksumQuestion;
  old: string;
  next: string;
  sql: boolean;
  onAccept: (tag: string) => void;
  onClose: () => void;
}) {
  const { question, sql } = props;
  const [typed, setTyped] = useState('');
  const right = typed.trim() === question.confirm;
  return (
    <FormDialog
      title={text.title(plain(props.name))}
      lead={text.lead(question.applied.join(', '))}
      onClose={props.onClose}
      wide
      keepOnOutsideClick
      testId="checksum-dialog"
      onSubmit={() => {
        if (right) props.onAccept(question.confirm);
      }}
      action={text.accept}
      actionId="accept-checksum"
      isBlocked={!right}
    >
      <div className={styles.sides}>
        {(['old', 'new'] as const).map((side) => (
          <section key={side} aria-label={text[side]}>
            <h3 className={styles.sideTitle}>{text[side]}</h3>
            <CodeView
              text={plain(side === 'old' ? props.old : props.next)}
              sql={sql}
              testId={`checksum-${side}`}
            />
          </section>
        ))}
      </div>
      {question.notes.map((note) => (
        <Notice key={note}>{plain(note)}</Notice>
      ))}
      <Field
        label={text.tag}
        value={typed}
        onChange={setTyped}
        mono
        autoFocus
        placeholder={question.confirm}
        help={text.typed(question.confirm)}
        error={typed === '' || question.confirm.startsWith(typed.trim()) ? undefined : text.mismatch}
        testId="checksum-tag"
      />
    </FormDialog>
  );
}
