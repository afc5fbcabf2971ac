import { Plus } from 'lucide-react';
import { openDialog } from '../../app/navigation';
import { useMatrix } from '../../app/queries';
import { useStore } from '../../app/store';
import { Button } from '../../design/Button';
import { Icon } from '../../design/Icon';
import { EmptyState, Waiting } from '../../design/Layout';
import { MenuButton } from '../../design/Menu';
import { plain } from '../../design/text';
import { asAppError } from '../../platform';
import { actions as text } from '../../text/actions';
import { common } from '../../text/common';
import { databases as databaseText } from '../../text/databases';
import { errorText } from '../../text/errors';
import { ActionDetail } from './ActionDetail';
import { ActionList } from './ActionList';
import styles from './actions.module.css';
import { NewAction } from './Definition';
import { openNewAction, place } from './place';
import { useActionLists } from './queries';

export function ActionsScreen() {
  const matrix = useMatrix().data;
  const databases = matrix?.databases ?? [];
  const { data: lists, error, refetch } = useActionLists(databases);
  const { actionId, creating } = useStore(place, (state) => state);
  if (error)
    return (
      <EmptyState title={errorText(asAppError(error))} text={null}>
        <Button onPress={() => void refetch()}>{common.retry}</Button>
      </EmptyState>
    );
  if (!matrix || !lists) return <Waiting label={common.loading} />;
  if (databases.length === 0)
    return (
      <EmptyState title={text.emptyTitle} text={text.noDatabasesText} testId="actions-empty">
        <Button look="primary" onPress={() => openDialog({ kind: 'database-create' })}>
          <Icon of={Plus} small />
          {databaseText.create}
        </Button>
      </EmptyState>
    );
  const all = databases.flatMap((database) => lists.get(database.id) ?? []);
  const newIn = databases.find((database) => database.id === creating);
  if (all.length === 0 && !newIn)
    return (
      <EmptyState title={text.emptyTitle} text={text.emptyText} testId="actions-empty">
        <MenuButton
          label={text.create}
          button={
            <Button look="primary" data-testid="action-create-empty">
              <Icon of={Plus} small />
              {text.create}
            </Button>
          }
          actions={databases.map((database) => ({
            id: `new-in-${database.tag}`,
            label: text.createIn(plain(database.name)),
            run: () => openNewAction(database.id),
          }))}
        />
      </EmptyState>
    );
  const shown = all.find((action) => action.id === actionId) ?? all[0];
  const database = databases.find((candidate) =>
    lists.get(candidate.id)?.some((action) => action.id === shown?.id),
  );
  return (
    <div className={styles.split} data-testid="actions-screen">
      <ActionList databases={databases} lists={lists} shownId={shown?.id ?? null} />
      {newIn ? (
        <NewAction key={newIn.id} database={newIn} />
      ) : shown && database ? (
        <ActionDetail
          key={shown.id}
          matrix={matrix}
          database={database}
          summary={shown}
          siblings={lists.get(database.id) ?? []}
        />
      ) : null}
    </div>
  );
}
