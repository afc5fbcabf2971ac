import { useState } from 'react';
import { announce } from '../../app/changes';
import { chooseProduct, goTo } from '../../app/navigation';
import { refreshCatalog, useBootstrap } from '../../app/queries';
import { asAppError, platform } from '../../platform';
import { errorText } from '../../text/errors';
import { products as text } from '../../text/products';

/** Makes the sample product, which needs no server, and goes to its matrix. */
export function useSample(): { make: () => Promise<void>; busy: boolean; failure: string | null } {
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
  return { make, busy, failure };
}
