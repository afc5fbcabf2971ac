import { CircleArrowUp } from 'lucide-react';
import { useEffect } from 'react';
import { openDialog } from '../../app/navigation';
import { useStore } from '../../app/store';
import type { UpdateStage } from '../../bindings/UpdateStage';
import { Icon } from '../../design/Icon';
import { plain } from '../../design/text';
import { platform } from '../../platform';
import { updates as text } from '../../text/updates';
import { refreshUpdates, updating, useUpdates } from './queries';
import styles from './updates.module.css';

const WORDS: Record<UpdateStage, (version: string) => string> = {
  found: text.available,
  downloading: text.downloading,
  ready: text.ready,
  installed: text.installed,
};

/** Below the screens' names: a newer version, until the person says that it can wait. */
export function UpdateLine() {
  useEffect(() => platform.onUpdateChanged(refreshUpdates), []);
  const update = useUpdates().data?.update;
  const later = useStore(updating, (state) => state.later);
  return (
    <div role="status" className={styles.line}>
      {update && update.version !== later ? (
        <button
          type="button"
          className={styles.available}
          onClick={() => openDialog({ kind: 'update' })}
          data-testid="update-line"
          data-stage={update.stage}
        >
          <Icon of={CircleArrowUp} small />
          <span>{WORDS[update.stage](plain(update.version))}</span>
        </button>
      ) : null}
    </div>
  );
}
