import { changeSettings } from '../../app/actions';
import { openDialog } from '../../app/navigation';
import { useStore } from '../../app/store';
import type { UpdateCheck } from '../../bindings/UpdateCheck';
import { Button } from '../../design/Button';
import { Notice, Section, useSlow } from '../../design/Layout';
import primitives from '../../design/primitives.module.css';
import { Segments } from '../../design/Segments';
import { moment, plain } from '../../design/text';
import { updates as text } from '../../text/updates';
import { checkForUpdates, refreshUpdates, updating, useUpdates } from './queries';
import { ReleasePage } from './ReleasePage';

function outcomeOf(check: UpdateCheck): string {
  if (check.outcome === 'current') return text.outcome.current;
  if (check.outcome === 'available') return text.outcome.available(plain(check.version ?? ''));
  return plain(check.message ?? text.outcome.failed);
}

/** Of the settings: what is done about a newer version, and how the last look ended. */
export function UpdatesSection() {
  const status = useUpdates().data;
  const checking = useStore(updating, (state) => state.checking);
  const slow = useSlow(checking);
  if (!status) return null;
  const { mode, last_check: last, update } = status;
  return (
    <Section title={text.section}>
      {status.can_check ? null : <Notice>{text.unsupported}</Notice>}
      {status.can_check && !status.can_install ? (
        <Notice>{text.byPackage(status.package, status.distribution)}</Notice>
      ) : null}
      {status.can_check ? (
        <>
          <Segments
            label={text.mode}
            value={mode}
            choices={Object.entries(text.modes)
              // Where nothing can be put in place, that is no choice.
              .filter(([id]) => status.can_install || id !== 'automatic' || mode === 'automatic')
              .map(([id, label]) => ({ id, label, testId: `updates-${id}` }))}
            onChange={(updates) => void changeSettings({ updates }).then(refreshUpdates)}
          />
          <p className={primitives.help}>
            {text.modeHelp[mode]} {text.sent}
          </p>
          <dl className={primitives.facts} data-testid="last-check" data-outcome={last?.outcome}>
            <dt>{text.lastCheck}</dt>
            <dd>
              <span role="status">
                {slow ? text.checking : last ? `${moment(last.at)}. ${outcomeOf(last)}` : text.never}
              </span>
            </dd>
          </dl>
          <div className={primitives.row}>
            <Button onPress={() => void checkForUpdates()} isDisabled={checking} data-testid="check-updates">
              {text.check}
            </Button>
            {update ? (
              <Button onPress={() => openDialog({ kind: 'update' })} data-testid="show-update">
                {text.show}
              </Button>
            ) : null}
          </div>
        </>
      ) : null}
      <ReleasePage status={status} />
    </Section>
  );
}
