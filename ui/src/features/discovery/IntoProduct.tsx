import type { ProductView } from '../../bindings/ProductView';
import { Select } from '../../design/Field';
import primitives from '../../design/primitives.module.css';
import { plain } from '../../design/text';
import { discovery as text } from '../../text/discovery';
import { NameFields, type useNames } from '../records/NameFields';

const NEW = ' new';

/** Which product takes over what is chosen: one that is here, or a new one with its name. */
export function IntoProduct(props: {
  products: ProductView[];
  /** The tag of one that is here. */
  into: string | null;
  onInto: (tag: string | null) => void;
  names: ReturnType<typeof useNames>;
  faults: Record<string, string>;
}) {
  const { products, into, faults } = props;
  return (
    <>
      {products.length > 0 ? (
        <Select
          label={text.into}
          value={into ?? NEW}
          choices={[
            { id: NEW, label: text.newProduct },
            ...products.map(({ tag, name }) => ({ id: tag, label: plain(name) })),
          ]}
          onChange={(value) => props.onInto(value === NEW ? null : value)}
          testId="discover-into"
        />
      ) : null}
      {into === null ? (
        <div className={primitives.pair}>
          <NameFields of="discover-product" names={props.names} tagHelp={text.tagHelp} faults={faults} />
        </div>
      ) : null}
    </>
  );
}
