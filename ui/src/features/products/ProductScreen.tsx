import { Pencil, Plus, Trash2, Upload } from 'lucide-react';
import { announce, attempt } from '../../app/changes';
import { openDialog } from '../../app/navigation';
import { useMatrix } from '../../app/queries';
import { Button } from '../../design/Button';
import { Icon } from '../../design/Icon';
import { Page, Section, Waiting } from '../../design/Layout';
import primitives from '../../design/primitives.module.css';
import { plain } from '../../design/text';
import { platform } from '../../platform';
import { common } from '../../text/common';
import { products as text } from '../../text/products';
import { shell } from '../../text/shell';
import { EnvironmentList } from '../environments/EnvironmentList';
import { PolicySection } from '../migrations/PolicySection';

/** A product and its environments. */
export function ProductScreen() {
  const matrix = useMatrix().data;
  if (!matrix) return <Waiting label={common.loading} />;
  const { product } = matrix;
  const remove = () =>
    attempt(async () => announce(text.removed(product.name), await platform.productDelete(product.id)));
  return (
    <Page
      title={plain(product.name)}
      testId="product-screen"
      actions={
        <>
          <Button
            onPress={() => openDialog({ kind: 'product-edit', productId: product.id })}
            data-testid="product-edit"
          >
            <Icon of={Pencil} small />
            {common.edit}
          </Button>
          <Button onPress={() => openDialog({ kind: 'export' })}>
            <Icon of={Upload} small />
            {shell.export}
          </Button>
          <Button look="danger" onPress={() => void remove()} data-testid="product-delete">
            <Icon of={Trash2} small />
            {common.delete}
          </Button>
        </>
      }
    >
      <dl className={primitives.facts}>
        <dt>{common.tag}</dt>
        <dd>
          <code data-selectable>{product.tag}</code>
        </dd>
        <dt>{common.description}</dt>
        <dd data-selectable>{plain(product.description ?? common.none)}</dd>
        <dt>{shell.databases}</dt>
        <dd>{product.databases}</dd>
      </dl>
      <Section
        title={text.environments}
        actions={
          <Button
            small
            onPress={() => openDialog({ kind: 'environment-create' })}
            data-testid="environment-create"
          >
            <Icon of={Plus} small />
            {text.addEnvironment}
          </Button>
        }
      >
        <EnvironmentList matrix={matrix} />
      </Section>
      <PolicySection matrix={matrix} />
    </Page>
  );
}
