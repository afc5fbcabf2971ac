import { useQuery } from '@tanstack/react-query';
import { Play, Plus } from 'lucide-react';
import { keys } from '../../app/queries';
import type { DatabaseView } from '../../bindings/DatabaseView';
import { Button } from '../../design/Button';
import { Icon } from '../../design/Icon';
import { Notice, Table, Waiting } from '../../design/Layout';
import primitives from '../../design/primitives.module.css';
import { plain } from '../../design/text';
import { asAppError, platform } from '../../platform';
import { actions as text } from '../../text/actions';
import { common } from '../../text/common';
import { errorText } from '../../text/errors';
import styles from './actions.module.css';
import { openAction, openNewAction } from './place';

/** The actions of a cell's database; Run opens the screen with the cell's environment chosen. */
export function CellActions({ database, slug }: { database: DatabaseView; slug: string }) {
  const { data, error } = useQuery({
    queryKey: [...keys.actions, 'of', database.id],
    queryFn: () => platform.actionList(database.id),
  });
  const configured = database.envs.some((config) => config.slug === slug);
  if (error) return <Notice tone="error">{errorText(asAppError(error))}</Notice>;
  if (!data) return <Waiting label={common.loading} />;
  return (
    <div className={styles.cellActions} data-testid="cell-actions">
      <div className={primitives.row}>
        <Button small onPress={() => openNewAction(database.id)} data-testid="cell-action-create">
          <Icon of={Plus} small />
          {text.create}
        </Button>
        {data.length === 0 ? <span className={primitives.faint}>{text.empty}</span> : null}
      </div>
      {data.length === 0 ? null : (
        <Table columns={[text.name, common.tag, text.table, text.type]} buttons={text.run}>
          {data.map((action) => (
            <tr key={action.id}>
              <td>{plain(action.name)}</td>
              <td>
                <code data-selectable>{plain(action.tag)}</code>
              </td>
              <td>
                <code>{plain(action.table_name)}</code>
              </td>
              <td>
                <span className={styles.typeMark} data-writes={action.writes || undefined}>
                  {text.types[action.type]}
                </span>
              </td>
              <td>
                <span className={styles.rowButtons}>
                  <Button
                    small
                    isDisabled={!configured}
                    aria-label={text.runIn(action.name, slug)}
                    onPress={() => openAction(action.id, slug)}
                    data-testid={`cell-run-${action.tag}`}
                  >
                    <Icon of={Play} small />
                    {text.run}
                  </Button>
                  <Button
                    look="quiet"
                    small
                    aria-label={`${text.edit} ${plain(action.name)}`}
                    onPress={() => openAction(action.id, slug, 'edit')}
                  >
                    {text.edit}
                  </Button>
                </span>
              </td>
            </tr>
          ))}
        </Table>
      )}
    </div>
  );
}
