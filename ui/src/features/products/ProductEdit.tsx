import { useProducts } from '../../app/queries';
import { platform } from '../../platform';
import { products as text } from '../../text/products';
import { RecordEdit } from '../records/RecordEdit';

export function ProductEdit({ productId, onClose }: { productId: string; onClose: () => void }) {
  const product = useProducts().data?.find((candidate) => candidate.id === productId);
  return product ? (
    <RecordEdit
      key={product.id}
      of="product"
      record={product}
      text={text}
      update={platform.productUpdate}
      onClose={onClose}
    />
  ) : null;
}
