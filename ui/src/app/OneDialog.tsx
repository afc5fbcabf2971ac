import { Dialog } from '../design/Dialog';
import { AboutDialog } from '../features/about/AboutDialog';
import { CellCopy } from '../features/connection/CellCopy';
import { Compare } from '../features/connection/Compare';
import { CopyAs } from '../features/connection/CopyAs';
import { DatabaseCreate, DatabaseEdit } from '../features/databases/DatabaseForm';
import { DiscoverDialog } from '../features/discovery/DiscoverDialog';
import { EnvironmentDialog } from '../features/environments/EnvironmentForm';
import { BatchDialog } from '../features/migrations/BatchDialog';
import { MigrationExportDialog, MigrationImportDialog } from '../features/migrations/TransferDialogs';
import { ProductEdit } from '../features/products/ProductEdit';
import { ProductForm } from '../features/products/ProductForm';
import { EnterDialog } from '../features/secrets/EnterDialog';
import { PlaceDialog } from '../features/secrets/PlaceDialog';
import { SecretDialog } from '../features/secrets/SecretDialog';
import { UnlockDialog, VaultPassphraseDialog } from '../features/secrets/VaultDialogs';
import { ExportDialog, ImportDialog } from '../features/transfer/TransferDialogs';
import { UpdateDialog } from '../features/updates/UpdateDialog';
import { products as text } from '../text/products';
import { closeDialog, navigation } from './navigation';
import { useStore } from './store';

/** What a deed waits for. It stands above a dialog that may be open, which keeps what was typed. */
export function OneQuestion() {
  const question = useStore(navigation, (state) => state.question);
  if (question === null) return null;
  const leave = () => question.answered(false);
  const goOn = () => question.answered(true);
  return question.kind === 'vault-unlock' ? (
    <UnlockDialog onClose={leave} then={goOn} />
  ) : (
    <EnterDialog onClose={leave} then={goOn} />
  );
}

/** The dialog that is open. */
export function OneDialog() {
  const dialog = useStore(navigation, (state) => state.dialog);
  switch (dialog?.kind) {
    case undefined:
      return null;
    case 'product-create':
      return (
        <Dialog title={text.create} lead={text.createLead} onClose={closeDialog} wide keepOnOutsideClick>
          <ProductForm onDone={closeDialog} onCancel={closeDialog} />
        </Dialog>
      );
    case 'product-edit':
      return <ProductEdit productId={dialog.productId} onClose={closeDialog} />;
    case 'environment-create':
      return <EnvironmentDialog environmentId={null} onClose={closeDialog} />;
    case 'environment-edit':
      return <EnvironmentDialog environmentId={dialog.environmentId} onClose={closeDialog} />;
    case 'database-create':
      return <DatabaseCreate onClose={closeDialog} />;
    case 'database-edit':
      return <DatabaseEdit databaseId={dialog.databaseId} onClose={closeDialog} />;
    case 'cell-copy':
      return <CellCopy databaseId={dialog.databaseId} slug={dialog.slug} onClose={closeDialog} />;
    case 'cell-compare':
      return <Compare databaseId={dialog.databaseId} slug={dialog.slug} onClose={closeDialog} />;
    case 'cell-copy-as':
      return <CopyAs databaseId={dialog.databaseId} slug={dialog.slug} onClose={closeDialog} />;
    case 'secret':
      return <SecretDialog name={dialog.name} onClose={closeDialog} />;
    case 'secret-place':
      return <PlaceDialog onClose={closeDialog} />;
    case 'secrets-enter':
      return <EnterDialog onClose={closeDialog} />;
    case 'vault-unlock':
      return <UnlockDialog onClose={closeDialog} />;
    case 'vault-passphrase':
      return <VaultPassphraseDialog onClose={closeDialog} />;
    case 'migration-batch':
      return <BatchDialog configIds={dialog.configIds} onClose={closeDialog} />;
    case 'migration-import':
      return <MigrationImportDialog databaseId={dialog.databaseId} onClose={closeDialog} />;
    case 'migration-export':
      return <MigrationExportDialog databaseId={dialog.databaseId} onClose={closeDialog} />;
    case 'export':
      return <ExportDialog onClose={closeDialog} />;
    case 'import':
      return <ImportDialog key={dialog.given} given={dialog.given} onClose={closeDialog} />;
    case 'discover':
      return <DiscoverDialog onClose={closeDialog} />;
    case 'update':
      return <UpdateDialog onClose={closeDialog} />;
    case 'about':
      return <AboutDialog onClose={closeDialog} />;
  }
}
