import { Fragment } from 'react';
import { codeParts } from './highlight';
import styles from './run.module.css';

/** Code to read: in colours, and to be selected by keyboard and mouse. */
export function CodeView({ text, sql, testId }: { text: string; sql: boolean; testId?: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be scrolled by keyboard too
    <pre className={styles.code} data-selectable data-testid={testId} tabIndex={0}>
      {codeParts(text, sql).map((part) =>
        part.kind === null ? (
          <Fragment key={part.start}>{part.text}</Fragment>
        ) : (
          <span key={part.start} data-code={part.kind}>
            {part.text}
          </span>
        ),
      )}
    </pre>
  );
}
