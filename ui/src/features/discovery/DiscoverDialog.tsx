import { FileInput, FolderSearch, MonitorCheck } from 'lucide-react';
import { useState } from 'react';
import { announce } from '../../app/changes';
import { chooseProduct, goTo, openDialog } from '../../app/navigation';
import { queries, refreshCatalog, useBootstrap, useProducts } from '../../app/queries';
import type { DiscoveryPlanned } from '../../bindings/DiscoveryPlanned';
import type { DiscoveryView } from '../../bindings/DiscoveryView';
import { Button } from '../../design/Button';
import { Dialog } from '../../design/Dialog';
import { FormDialog } from '../../design/FormDialog';
import { useSubmit } from '../../design/forms';
import { Notice, Waiting } from '../../design/Layout';
import primitives from '../../design/primitives.module.css';
import { plain } from '../../design/text';
import { platform } from '../../platform';
import { discovery as text } from '../../text/discovery';
import { useNames } from '../records/NameFields';
import { Preview } from '../transfer/TransferDialogs';
import styles from './Discovery.module.css';
import { FoundList, Notes } from './FoundList';
import { chosen, environmentsOf, type Found, rowsOf } from './found';
import { IntoProduct } from './IntoProduct';
import { Ways } from './Ways';

/** Finds connections, shows them, and takes over those that are chosen: each step is one view of the dialog. */
export function DiscoverDialog({ onClose }: { onClose: () => void }) {
  const [found, setFound] = useState<DiscoveryView | null>(null);
  return found === null ? (
    <Look onClose={onClose} onFound={setFound} />
  ) : (
    <Take found={found} onClose={onClose} onBack={() => setFound(null)} />
  );
}

/** The names stand in the document that the chosen ones become; here they are fields. */
function productFaults(faults: Record<string, string>): Record<string, string> {
  const named = Object.entries(faults).map(([field, fault]) => [
    field.replace(/^products\[0\]\./, ''),
    fault,
  ]);
  return Object.fromEntries(named);
}

function Look({ onClose, onFound }: { onClose: () => void; onFound: (found: DiscoveryView) => void }) {
  const sending = useSubmit();
  const look = (search: () => Promise<DiscoveryView | null>) =>
    void sending.submit(async () => {
      const found = await search();
      if (found !== null) onFound(found);
    });
  return (
    <Dialog title={text.title} lead={text.lead} onClose={onClose} testId="discover-dialog">
      <div className={primitives.dialogBody} ref={sending.form}>
        {sending.general ? (
          <Notice tone="error" role="alert">
            {sending.general}
          </Notice>
        ) : null}
        <Ways
          label={text.ways}
          isDisabled={sending.busy}
          ways={[
            {
              id: 'home',
              icon: MonitorCheck,
              title: text.home,
              text: text.homeText,
              run: () => look(platform.discoverHome),
            },
            {
              id: 'folder',
              icon: FolderSearch,
              title: text.folder,
              text: text.folderText,
              run: () => look(platform.discoverFolder),
            },
            {
              id: 'file',
              icon: FileInput,
              title: text.file,
              text: text.fileText,
              run: () => openDialog({ kind: 'import' }),
            },
          ]}
        />
        {sending.busy ? <Waiting label={text.searching} /> : null}
      </div>
    </Dialog>
  );
}

function Take(props: { found: DiscoveryView; onClose: () => void; onBack: () => void }) {
  const { found, onClose, onBack } = props;
  const products = useProducts().data ?? [];
  const [rows, setRows] = useState<Found[]>(() => rowsOf(found));
  const [into, setInto] = useState<string | null>(null);
  const names = useNames({ name: found.product_name, tag: found.product });
  const [planned, setPlanned] = useState<DiscoveryPlanned | null>(null);
  const bootstrap = useBootstrap();
  const sending = useSubmit();
  const { submit, faults } = sending;
  const picks = chosen(rows);
  const tag = into ?? names.tag;
  const environments = environmentsOf(found);

  const send = () =>
    void submit(async () => {
      if (planned === null) {
        setPlanned(
          await platform.discoverPlan({
            product: tag,
            ...(into === null ? { product_name: names.name.trim() } : {}),
            picks,
          }),
        );
        return;
      }
      await platform.importApply(planned.token);
      await refreshCatalog();
      await bootstrap.refetch();
      await queries.refetchQueries({ queryKey: ['products'] });
      const product = (await platform.productList()).find((each) => each.tag === tag);
      if (product) chooseProduct(product.id);
      goTo('matrix');
      onClose();
      await announce(text.imported(picks.length, product?.name ?? tag), null);
    });

  const isEmpty = rows.length === 0;
  if (isEmpty)
    return (
      <Dialog title={text.title} lead={text.nothing} onClose={onClose} testId="discover-dialog">
        <div className={primitives.dialogBody} data-testid="discover-nothing">
          <p>{text.nothingText}</p>
          <p className={primitives.faint}>{text.read(found.files)}</p>
          <Notes notes={found.notes} />
          <div className={primitives.row}>
            <Button onPress={onBack} autoFocus data-testid="discover-back">
              {text.elsewhere}
            </Button>
          </div>
        </div>
      </Dialog>
    );
  return (
    <FormDialog
      title={text.title}
      lead={planned === null ? `${text.found(rows.length)} ${text.read(found.files)}` : text.reviewLead}
      onClose={onClose}
      wide
      keepOnOutsideClick
      testId="discover-dialog"
      sending={sending}
      onSubmit={send}
      isBlocked={picks.length === 0}
      action={planned === null ? text.review(picks.length) : text.submit}
      actionId={planned === null ? 'discover-review' : 'discover-apply'}
      gap={3}
      note={
        <span data-start>
          <Button
            look="quiet"
            onPress={() => (planned === null ? onBack() : setPlanned(null))}
            data-testid="discover-back"
          >
            {planned === null ? text.elsewhere : text.back}
          </Button>
        </span>
      }
    >
      {planned === null ? (
        <>
          <IntoProduct
            products={products}
            into={into}
            onInto={setInto}
            names={names}
            faults={productFaults(faults)}
          />
          <FoundList rows={rows} onRows={setRows} environments={environments} faults={faults} />
          <Notes notes={found.notes} />
        </>
      ) : (
        <>
          <Preview preview={planned} />
          {planned.keyring.length > 0 ? (
            <section aria-label={text.toKeyring}>
              <h3 className={primitives.label}>{text.toKeyring}</h3>
              <ul className={styles.keyring} data-testid="discover-keyring">
                {planned.keyring.map(({ address, slot }) => (
                  <li key={`${address} ${slot}`}>
                    <code>{plain(address)}</code> {plain(slot.replace('option:', ''))}
                  </li>
                ))}
              </ul>
            </section>
          ) : null}
        </>
      )}
    </FormDialog>
  );
}
