import { ArrowLeft, ArrowRight, Pencil, Trash2 } from 'lucide-react';
import { announce, attempt } from '../../app/changes';
import { openDialog } from '../../app/navigation';
import { keys, queries } from '../../app/queries';
import type { EnvironmentView } from '../../bindings/EnvironmentView';
import type { MatrixView } from '../../bindings/MatrixView';
import { Button } from '../../design/Button';
import { Checkbox } from '../../design/Field';
import { Icon } from '../../design/Icon';
import { ClassBadge, Table } from '../../design/Layout';
import { plain } from '../../design/text';
import { platform } from '../../platform';
import { environments as text } from '../../text/products';
import { columnsOf } from '../matrix/model';

/** The columns of the matrix, in their order. */
export function EnvironmentList({ matrix }: { matrix: MatrixView }) {
  const environments = columnsOf(matrix);

  const shift = (index: number, by: number) =>
    attempt(async () => {
      const ids = environments.map((environment) => environment.id);
      const [moved] = ids.splice(index, 1);
      if (moved === undefined) return;
      ids.splice(index + by, 0, moved);
      const order = new Map(ids.map((id, position) => [id, position]));
      queries.setQueryData<MatrixView>(keys.matrix(matrix.product.id), {
        ...matrix,
        environments: matrix.environments.map((item) => ({
          ...item,
          order: order.get(item.id) ?? item.order,
        })),
      });
      await platform.environmentReorder(matrix.product.id, ids);
    });
  const setActive = (environment: EnvironmentView, active: boolean) =>
    attempt(async () => {
      const { record, activity_id } = await platform.environmentUpdate(environment.id, {
        active,
        revision: environment.revision,
      });
      await announce(text.saved(record.env_name), activity_id);
    });
  const remove = (environment: EnvironmentView) =>
    attempt(async () =>
      announce(text.removed(environment.env_name), await platform.environmentDelete(environment.id)),
    );

  return (
    <Table columns={[text.slug, text.name, text.className, text.active]} buttons={text.order}>
      {environments.map((environment, index) => (
        <tr key={environment.id} data-testid={`environment-${environment.slug}`}>
          <td>
            <code>{environment.slug}</code>
          </td>
          <td>{plain(environment.env_name)}</td>
          <td>
            <ClassBadge of={environment.class} />
          </td>
          <td>
            <Checkbox
              isSelected={environment.active}
              onChange={(active) => void setActive(environment, active)}
              label={`${text.active}: ${environment.env_name}`}
            >
              {null}
            </Checkbox>
          </td>
          <td>
            <Button
              look="quiet"
              small
              iconOnly
              isDisabled={index === 0}
              aria-label={text.earlier(environment.env_name)}
              onPress={() => void shift(index, -1)}
            >
              <Icon of={ArrowLeft} small />
            </Button>
            <Button
              look="quiet"
              small
              iconOnly
              isDisabled={index === environments.length - 1}
              aria-label={text.later(environment.env_name)}
              onPress={() => void shift(index, 1)}
            >
              <Icon of={ArrowRight} small />
            </Button>
            <Button
              look="quiet"
              small
              iconOnly
              aria-label={`${text.edit}: ${environment.env_name}`}
              onPress={() => openDialog({ kind: 'environment-edit', environmentId: environment.id })}
            >
              <Icon of={Pencil} small />
            </Button>
            <Button
              look="quiet"
              small
              iconOnly
              aria-label={`${text.delete}: ${environment.env_name}`}
              onPress={() => void remove(environment)}
            >
              <Icon of={Trash2} small />
            </Button>
          </td>
        </tr>
      ))}
    </Table>
  );
}
