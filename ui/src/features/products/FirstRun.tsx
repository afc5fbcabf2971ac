import { openDialog } from '../../app/navigation';
import { Button } from '../../design/Button';
import primitives from '../../design/primitives.module.css';
import { products as text } from '../../text/products';
import styles from './FirstRun.module.css';
import { ProductForm } from './ProductForm';
import { SampleButton } from './SampleButton';

/** The first start: one form, and the matrix is there. */
export function FirstRun() {
  return (
    <div className={primitives.page} data-testid="first-run">
      <div className={styles.first}>
        <header>
          <h1 className={styles.title}>{text.firstTitle}</h1>
          <p className={primitives.emptyText}>{text.firstText}</p>
        </header>
        <div className={styles.card}>
          <ProductForm onDone={() => undefined} />
        </div>
        <p className={primitives.row}>
          <Button look="quiet" small onPress={() => openDialog({ kind: 'import' })}>
            {text.import}
          </Button>
          <SampleButton />
        </p>
        <p className={primitives.help}>{text.sampleHelp}</p>
      </div>
    </div>
  );
}
