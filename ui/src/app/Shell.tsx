import { ChevronDown, Command, Plus, Search, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button } from '../design/Button';
import { Icon } from '../design/Icon';
import { ProgressBar, useSlow } from '../design/Layout';
import { MenuButton } from '../design/Menu';
import primitives from '../design/primitives.module.css';
import { classes, plain } from '../design/text';
import { cancelTests, progress, startTests, testRuns } from '../features/matrix/testRuns';
import { Refreshes, ViewSwitch } from '../features/migrations/ViewSwitch';
import { UpdateLine } from '../features/updates/UpdateLine';
import { matrix as matrixText } from '../text/matrix';
import { products as productText } from '../text/products';
import { shell as text } from '../text/shell';
import { SCREENS, testScopes } from './actions';
import { readAhead } from './later';
import { chooseProduct, goTo, navigation, openDialog } from './navigation';
import { shortcut } from './platformKeys';
import { useMatrix, useProducts } from './queries';
import { prepareScreen, Screens } from './Screens';
import styles from './Shell.module.css';
import { useStore } from './store';

function ProductSwitcher() {
  const products = useProducts().data ?? [];
  const productId = useStore(navigation, (state) => state.productId);
  const current = products.find((product) => product.id === productId);
  return (
    <MenuButton
      label={productText.switcher}
      button={
        <Button look="bare" className={styles.productButton} data-testid="product-switcher">
          <span className="visually-hidden">{productText.switcher}: </span>
          <span className={classes(styles.productName, primitives.truncate)}>
            {plain(current?.name ?? '')}
          </span>
          <Icon of={ChevronDown} small />
        </Button>
      }
      actions={[
        ...products.map((product) => ({
          id: product.id,
          label: plain(product.name),
          run: () => chooseProduct(product.id),
        })),
        { id: 'manage', label: productText.manage, apart: true, run: () => goTo('product') },
        { id: 'new', label: text.newProduct, icon: Plus, run: () => openDialog({ kind: 'product-create' }) },
      ]}
    />
  );
}

function Filter() {
  const filter = useStore(navigation, (state) => state.filter);
  return (
    <search className={styles.filter}>
      <span className={styles.filterIcon}>
        <Icon of={Search} small />
      </span>
      <input
        className={styles.filterInput}
        value={filter}
        onChange={(event) => navigation.set({ filter: event.target.value, screen: 'matrix' })}
        onKeyDown={(event) => {
          if (event.key === 'Escape' && filter !== '') navigation.set({ filter: '' });
          else if (event.key !== 'Escape' && event.key !== 'Enter' && event.key !== 'ArrowDown') return;
          event.preventDefault();
          document.querySelector<HTMLElement>('[data-testid="matrix"]')?.focus();
        }}
        placeholder={matrixText.filterHint}
        aria-label={matrixText.filter}
        aria-keyshortcuts="/"
        data-testid="filter"
        spellCheck={false}
        autoComplete="off"
      />
      {filter === '' ? (
        <span className={styles.filterKey} aria-hidden="true">
          /
        </span>
      ) : null}
    </search>
  );
}

function Tests() {
  const runs = useStore(testRuns, (state) => state.runs);
  const shown = useSlow(runs.length > 0);
  const { done, total } = progress(runs);
  return (
    <>
      {shown ? (
        <span className={primitives.row} data-testid="test-progress">
          <ProgressBar label={matrixText.testing} value={done} total={total} />
          <Button onPress={() => void cancelTests()} data-testid="cancel-tests">
            <Icon of={X} small />
            {matrixText.cancelTests}
          </Button>
        </span>
      ) : null}
      <span className={primitives.split}>
        <Button onPress={() => void startTests(null)} data-testid="test-all" isDisabled={runs.length > 0}>
          {matrixText.testAll}
        </Button>
        <MenuButton
          label={matrixText.testOptions}
          button={
            <Button iconOnly aria-label={matrixText.testOptions} data-testid="test-options">
              <Icon of={ChevronDown} small />
            </Button>
          }
          actions={testScopes()}
        />
      </span>
    </>
  );
}

/** Long enough that the first frame, what it asks for and a first keystroke come before the rest of the code. */
const READ_AHEAD_DELAY = 400;

export function Shell() {
  const screen = useStore(navigation, (state) => state.screen);
  const view = useStore(navigation, (state) => state.view);
  const matrix = useMatrix().data;
  const hasEnvironments = (matrix?.environments.length ?? 0) > 0;
  const shown = matrix !== undefined;
  const [settled, setSettled] = useState(false);
  useEffect(() => {
    if (!shown) return;
    const timer = setTimeout(() => {
      setSettled(true);
      void readAhead();
    }, READ_AHEAD_DELAY);
    return () => clearTimeout(timer);
  }, [shown]);
  return (
    <div className={styles.shell}>
      <div className={styles.product}>
        <ProductSwitcher />
      </div>
      <header className={styles.bar}>
        <Filter />
        <ViewSwitch />
        {view === 'migrations' ? <Refreshes /> : <Tests />}
        <Button
          onPress={() => openDialog({ kind: 'database-create' })}
          isDisabled={!hasEnvironments}
          data-testid="database-create"
        >
          <Icon of={Plus} small />
          <span className="visually-hidden">{text.addDatabasePrefix} </span>
          {text.addDatabase}
        </Button>
        <Button look="quiet" onPress={() => navigation.set({ palette: true })} data-testid="palette-open">
          <Icon of={Command} small />
          <span className="visually-hidden">{text.palette} </span>
          <kbd>{shortcut('K')}</kbd>
        </Button>
      </header>
      <nav className={styles.nav} aria-label={text.screens}>
        {SCREENS.map(({ id, icon }) => (
          <button
            key={id}
            type="button"
            className={styles.link}
            aria-current={screen === id ? 'page' : undefined}
            data-testid={`nav-${id}`}
            onPointerEnter={() => prepareScreen(id)}
            onFocus={() => prepareScreen(id)}
            onClick={() => goTo(id)}
          >
            {icon ? <Icon of={icon} small /> : null}
            {text[id]}
          </button>
        ))}
        {settled ? <UpdateLine /> : null}
      </nav>
      <main className={styles.main}>
        <Screens />
      </main>
    </div>
  );
}
