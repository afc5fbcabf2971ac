import { FolderOpen } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../design/Button';
import { Icon } from '../../design/Icon';
import { asAppError, platform } from '../../platform';
import { form as text } from '../../text/connection';
import { errorText } from '../../text/errors';
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
  const choose = async () => {
    setFailure(null);
    try {
      const chosen = await platform.fileChoose(false);
      if (chosen !== null) await write(chosen);
    } catch (thrown) {
      setFailure(text.refused(errorText(asAppError(thrown))));
    }
  };
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
      <Button
        iconOnly
        aria-label={text.choose(text.file)}
        data-testid="database-field-choose"
        onPress={() => void choose()}
      >
        <Icon of={FolderOpen} small />
      </Button>
    </div>
  );
}
