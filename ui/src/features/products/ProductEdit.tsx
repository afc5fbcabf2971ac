import { useState } from 'react';
import { announce } from '../../app/changes';
import { useProducts } from '../../app/queries';
import type { ProductView } from '../../bindings/ProductView';
import { Button } from '../../design/Button';
import { Dialog, DialogForm } from '../../design/Dialog';
import { Field } from '../../design/Field';
import { useSubmit } from '../../design/forms';
import { Notice } from '../../design/Layout';
import { type ProductPatch, platform } from '../../platform';
import { common } from '../../text/common';
import { products as text } from '../../text/products';
import { ConflictDialog } from '../databases/ConflictDialog';
import styles from './Environments.module.css';

export function ProductEdit({ productId, onClose }: { productId: string; onClose: () => void }) {
  const product = useProducts().data?.find((candidate) => candidate.id === productId);
  return product ? <EditForm key={product.id} product={product} onClose={onClose} /> : null;
}

function EditForm({ product, onClose }: { product: ProductView; onClose: () => void }) {
  const [base] = useState(product);
  const [name, setName] = useState(base.name);
  const [tag, setTag] = useState(base.tag);
  const [description, setDescription] = useState(base.description ?? '');
  const [sent, setSent] = useState<ProductPatch>({});
  const { submit, faults, general, busy, form, conflict, dropConflict } = useSubmit();

  const write = (patch: ProductPatch) => {
    setSent(patch);
    return submit(async () => {
      const { record, activity_id, hints } = await platform.productUpdate(base.id, patch);
      onClose();
      await announce(text.saved(record.name), activity_id, hints);
    });
  };
  const send = () => {
    const patch: ProductPatch = { revision: base.revision };
    if (name !== base.name) patch.name = name;
    if (tag !== base.tag) patch.tag = tag;
    if (description !== (base.description ?? '')) patch.description = description || null;
    if (Object.keys(patch).length === 1) onClose();
    else void write(patch);
  };
  if (conflict) {
    return (
      <ConflictDialog
        subject={base.name}
        conflict={conflict}
        patch={sent}
        base={base}
        onClose={dropConflict}
        onMerged={(merged) => void write(merged)}
      />
    );
  }
  return (
    <Dialog title={text.edit} onClose={onClose}>
      <DialogForm
        onSubmit={send}
        actions={
          <>
            <Button onPress={onClose}>{common.cancel}</Button>
            <Button look="primary" type="submit" isDisabled={busy} data-testid="save">
              {common.save}
            </Button>
          </>
        }
      >
        <div ref={form} className={styles.rows}>
          {general ? (
            <Notice tone="error" role="alert">
              {general}
            </Notice>
          ) : null}
          <Field
            label={common.name}
            value={name}
            onChange={setName}
            error={faults.name}
            path="name"
            testId="product-name"
            autoFocus
          />
          <Field
            label={common.tag}
            value={tag}
            onChange={setTag}
            error={faults.tag}
            path="tag"
            testId="product-tag"
            mono
            help={text.tagHelp}
          />
          <Field
            label={common.description}
            optional
            lines={3}
            value={description}
            onChange={setDescription}
            error={faults.description}
            path="description"
            testId="product-description"
          />
        </div>
      </DialogForm>
    </Dialog>
  );
}
