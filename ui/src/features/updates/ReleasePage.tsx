import { attempt } from '../../app/changes';
import type { UpdateStatus } from '../../bindings/UpdateStatus';
import { Button } from '../../design/Button';
import primitives from '../../design/primitives.module.css';
import { platform } from '../../platform';
import { updates as text } from '../../text/updates';

/** Where all versions are, as text to copy; the core opens it, since a page names no address. */
export function ReleasePage({ status }: { status: UpdateStatus }) {
  if (status.release_page === null) return null;
  return (
    <div className={primitives.row}>
      <span className={primitives.faint}>{text.releasePage}</span>
      <code data-selectable data-testid="release-page">
        {status.release_page}
      </code>
      <Button small onPress={() => void attempt(() => platform.releasePageOpen())}>
        {text.openPage}
      </Button>
    </div>
  );
}
