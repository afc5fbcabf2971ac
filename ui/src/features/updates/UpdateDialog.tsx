import type { UpdateStatus } from '../../bindings/UpdateStatus';
import type { UpdateView } from '../../bindings/UpdateView';
import { Button } from '../../design/Button';
import { Dialog } from '../../design/Dialog';
import { Notice, ProgressBar } from '../../design/Layout';
import primitives from '../../design/primitives.module.css';
import { moment, plain } from '../../design/text';
import { common } from '../../text/common';
import { updates as text } from '../../text/updates';
import { cancelUpdate, installUpdate, restart, updating, useUpdates } from './queries';
import { ReleasePage } from './ReleasePage';
import styles from './updates.module.css';

/** What is new in a newer version, and the way to it. */
export function UpdateDialog({ onClose }: { onClose: () => void }) {
  const status = useUpdates().data;
  const update = status?.update;
  if (!status || !update) return null;
  const published = update.published === null ? null : moment(update.published);
  return (
    <Dialog
      title={text.title(plain(update.version))}
      lead={text.lead(status.version, published)}
      onClose={onClose}
      testId="update-dialog"
    >
      <div className={primitives.dialogBody}>
        <section aria-label={text.notes} className={styles.notes} data-selectable data-testid="update-notes">
          {plain(update.notes ?? text.noNotes)}
        </section>
        <Way status={status} update={update} />
      </div>
      <Foot status={status} update={update} onClose={onClose} />
    </Dialog>
  );
}

function Way({ status, update }: { status: UpdateStatus; update: UpdateView }) {
  if (!status.can_install) {
    return (
      <>
        <Notice>{text.byPackage(status.package, status.distribution)}</Notice>
        <ReleasePage status={status} />
      </>
    );
  }
  if (update.stage === 'downloading') {
    const { received, total } = update;
    return (
      <ProgressBar
        label={text.progress}
        value={text.megabytes(received)}
        total={text.megabytes(total ?? received)}
      />
    );
  }
  return (
    <p className={primitives.help} role="status" data-testid="update-stage">
      {text.stages[update.stage]}
    </p>
  );
}

function Foot(props: { status: UpdateStatus; update: UpdateView; onClose: () => void }) {
  const { status, update, onClose } = props;
  const later = () => {
    updating.set({ later: update.version });
    onClose();
  };
  return (
    <div className={primitives.dialogFoot}>
      {update.stage === 'downloading' ? (
        <Button onPress={cancelUpdate} data-testid="update-cancel">
          {common.cancel}
        </Button>
      ) : (
        <Button onPress={later} data-testid="update-later">
          {text.later}
        </Button>
      )}
      {status.can_install && update.stage === 'found' ? (
        <Button look="primary" onPress={() => void installUpdate()} data-testid="update-install">
          {text.install}
        </Button>
      ) : null}
      {update.stage === 'ready' || update.stage === 'installed' ? (
        <Button look="primary" onPress={restart} data-testid="update-restart">
          {text.restart}
        </Button>
      ) : null}
    </div>
  );
}
