import { useState } from 'react';
import { form as text } from '../../text/connection';
import { ChooseFile } from './ChooseFile';
import styles from './form.module.css';
import { SessionField } from './SessionField';
import type { EditorSession } from './session';

/** The file that is the database: its whole path, typed or chosen in the system's own dialog. */
export function FileField(props: {
  session: EditorSession;
  path: string;
  write: (path: string) => Promise<void>;
  error: string | undefined;
}) {
  const { session, path, write, error } = props;
  const [failure, setFailure] = useState<string | null>(null);
  return (
    <div className={styles.withChoose}>
      <SessionField
        session={session}
        label={text.file}
        shown={path}
        write={write}
        help={text.fileHelp}
        error={failure ?? error}
        testId="database-field"
      />
      <ChooseFile testId="database-field-choose" write={write} onFailure={setFailure} />
    </div>
  );
}
