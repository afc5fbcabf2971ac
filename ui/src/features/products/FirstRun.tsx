import { FlaskConical, Import, Plus } from 'lucide-react';
import { useState } from 'react';
import { openDialog } from '../../app/navigation';
import { ErrorText } from '../../design/Field';
import primitives from '../../design/primitives.module.css';
import { welcome as text } from '../../text/discovery';
import { type Way, Ways } from '../discovery/Ways';
import styles from './FirstRun.module.css';
import { ProductForm } from './ProductForm';
import { useSample } from './sample';

/** The first start: ways to begin, none of them pushed. */
export function FirstRun() {
  const [making, setMaking] = useState(false);
  const sample = useSample();
  const ways: Way[] = [
    {
      id: 'create',
      icon: Plus,
      title: text.create,
      text: text.createText,
      run: () => setMaking(true),
    },
    {
      id: 'import',
      icon: Import,
      title: text.import,
      text: text.importText,
      run: () => openDialog({ kind: 'discover' }),
    },
    {
      id: 'sample',
      icon: FlaskConical,
      title: text.sample,
      text: text.sampleText,
      run: () => void sample.make(),
    },
  ];
  return (
    <div className={primitives.page} data-testid="first-run">
      <div className={styles.first}>
        <header>
          <h1 className={styles.title}>{making ? text.create : text.title}</h1>
          <p className={primitives.emptyText}>{text.text}</p>
        </header>
        {making ? (
          <div className={styles.card}>
            <ProductForm onDone={() => undefined} onCancel={() => setMaking(false)} />
          </div>
        ) : (
          <Ways label={text.ways} ways={ways} isDisabled={sample.busy} />
        )}
        {sample.failure ? <ErrorText>{sample.failure}</ErrorText> : null}
      </div>
    </div>
  );
}
