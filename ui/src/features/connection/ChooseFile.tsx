import { FolderOpen } from 'lucide-react';
import { Button } from '../../design/Button';
import { Icon } from '../../design/Icon';
import { asAppError, platform } from '../../platform';
import { form as text } from '../../text/connection';
import { errorText } from '../../text/errors';

/** Asks for the file that is the database, in the system's own dialog, and writes its path. */
export function ChooseFile(props: {
  testId: string;
  write: (path: string) => Promise<void>;
  /** Why it could not be asked for or written; null with each new try. */
  onFailure: (failure: string | null) => void;
}) {
  const { testId, write, onFailure } = props;
  const choose = async () => {
    onFailure(null);
    try {
      const chosen = await platform.fileChoose(false);
      if (chosen !== null) await write(chosen);
    } catch (thrown) {
      onFailure(text.refused(errorText(asAppError(thrown))));
    }
  };
  return (
    <Button iconOnly aria-label={text.choose(text.file)} data-testid={testId} onPress={() => void choose()}>
      <Icon of={FolderOpen} small />
    </Button>
  );
}
