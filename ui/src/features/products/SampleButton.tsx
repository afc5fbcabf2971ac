import { useState } from 'react';
import { announce } from '../../app/changes';
import { chooseProduct, goTo } from '../../app/navigation';
import { refreshCatalog, useBootstrap } from '../../app/queries';
import { Button } from '../../design/Button';
import { ErrorText } from '../../design/Field';
import { asAppError, platform } from '../../platform';
import { errorText } from '../../text/errors';
import { products as text } from '../../text/products';

/** Makes the sample product, which needs no server, and goes to its matrix. */
export function SampleButton() {
  const { refetch } = useBootstrap();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const make = async () => {
    setBusy(true);
    setFailure(null);
    try {
      const { record, activity_id } = await platform.productSample();
      await refreshCatalog();
      await refetch();
      chooseProduct(record.id);
      goTo('matrix');
      await announce(text.sampleMade(record.name), activity_id);
    } catch (thrown) {
      setFailure(errorText(asAppError(thrown)));
      setBusy(false);
    }
  };
  return (
    <>
      <Button look="quiet" small isDisabled={busy} onPress={() => void make()} data-testid="product-sample">
        {text.sample}
      </Button>
      {failure ? <ErrorText>{failure}</ErrorText> : null}
    </>
  );
}
