import { ChevronDown, X } from 'lucide-react';
import { navigation, showView } from '../../app/navigation';
import { useStore } from '../../app/store';
import { Button } from '../../design/Button';
import { Icon } from '../../design/Icon';
import { ProgressBar, useSlow } from '../../design/Layout';
import { MenuButton } from '../../design/Menu';
import primitives from '../../design/primitives.module.css';
import { Segments } from '../../design/Segments';
import { matrixText as text } from '../../text/migrations';
import { cancelRefreshes, refreshCells, refreshes, refreshProgress } from './cells';
import { refreshScopes, toggleDrift } from './matrixDeeds';

/** Whether the matrix tells of connections or of migrations. */
export function ViewSwitch() {
  const view = useStore(navigation, (state) => state.view);
  return (
    <Segments
      label={text.view}
      hideLabel
      value={view}
      choices={(['connections', 'migrations'] as const).map((id) => ({
        id,
        label: text.views[id],
        testId: `view-${id}`,
      }))}
      onChange={(next) => showView(next as typeof view)}
    />
  );
}

/** In the place of the button that tests: reads how far every cell is, with its progress and the way to end it. */
export function Refreshes() {
  const runs = useStore(refreshes, (state) => state.runs);
  const drift = useStore(refreshes, (state) => state.drift);
  const shown = useSlow(runs.length > 0);
  const { done, total } = refreshProgress(runs);
  return (
    <>
      {shown ? (
        <span className={primitives.row} data-testid="refresh-progress">
          <ProgressBar label={text.refreshing} value={done} total={total} />
          <Button onPress={() => void cancelRefreshes()} data-testid="cancel-refresh">
            <Icon of={X} small />
            {text.cancel}
          </Button>
        </span>
      ) : null}
      <span className={primitives.split}>
        <Button
          onPress={() => void refreshCells(null)}
          isDisabled={runs.length > 0}
          data-testid="refresh-all"
        >
          {text.refreshAll}
        </Button>
        <MenuButton
          label={text.refreshOptions}
          button={
            <Button iconOnly aria-label={text.refreshOptions} data-testid="refresh-options">
              <Icon of={ChevronDown} small />
            </Button>
          }
          actions={[
            ...refreshScopes(),
            {
              id: 'with-drift',
              label: `${drift ? '✓ ' : ''}${text.withDrift}`,
              run: toggleDrift,
              apart: true,
            },
          ]}
        />
      </span>
    </>
  );
}
