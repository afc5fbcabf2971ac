/** Every action of the window, for the palette and for the keyboard. */
import {
  Activity,
  AppWindow,
  BookOpen,
  CircleArrowUp,
  Database,
  Download,
  FlaskConical,
  FolderOpen,
  Import,
  Info,
  KeyRound,
  LayoutGrid,
  ListOrdered,
  Moon,
  Pencil,
  Plus,
  Rows3,
  Search,
  Settings,
  SlidersHorizontal,
  SquarePlay,
  SquareX,
  Sun,
  SunMoon,
  Undo2,
  Upload,
} from 'lucide-react';
import type { Bootstrap } from '../bindings/Bootstrap';
import type { ProductView } from '../bindings/ProductView';
import type { Settings as SettingsView } from '../bindings/Settings';
import type { Action } from '../design/Menu';
import { openAction, openNewAction } from '../features/actions/place';
import { knownActions } from '../features/actions/queries';
import { cursor } from '../features/matrix/cursor';
import { cellActions, configIdsOf, rowActions, testColumn } from '../features/matrix/deeds';
import { cancelTests, startTests, testRuns } from '../features/matrix/testRuns';
import { migrationViewActions } from '../features/migrations/matrixDeeds';
import { migrationPalette } from '../features/migrations/palette';
import { checkForUpdates } from '../features/updates/queries';
import { platform } from '../platform';
import { about as aboutText } from '../text/about';
import { actions as actionText } from '../text/actions';
import { databases as databaseText } from '../text/databases';
import { matrix as matrixText } from '../text/matrix';
import { products as productText } from '../text/products';
import { shell as text } from '../text/shell';
import { attempt, undoLast } from './changes';
import { chooseProduct, goTo, navigation, openDialog, type Screen } from './navigation';
import { shortcut } from './platformKeys';
import { currentMatrix, keys, queries } from './queries';

export const SCREENS: { id: Exclude<Screen, 'product'>; icon: Action['icon']; keys: string }[] = [
  { id: 'matrix', icon: LayoutGrid, keys: '1' },
  { id: 'databases', icon: Database, keys: '2' },
  { id: 'actions', icon: SquarePlay, keys: '3' },
  { id: 'migrations', icon: ListOrdered, keys: '4' },
  { id: 'secrets', icon: KeyRound, keys: '5' },
  { id: 'activity', icon: Activity, keys: '6' },
  { id: 'settings', icon: Settings, keys: '7' },
  { id: 'help', icon: BookOpen, keys: '8' },
];

export async function changeSettings(change: Partial<SettingsView>): Promise<void> {
  const bootstrap = queries.getQueryData<Bootstrap>(keys.bootstrap);
  if (!bootstrap) return;
  await attempt(async () => {
    const settings = await platform.settingsUpdate({ ...bootstrap.settings, ...change });
    queries.setQueryData<Bootstrap>(keys.bootstrap, (old) => old && { ...old, settings });
  });
}

export function focusFilter(): void {
  goTo('matrix');
  requestAnimationFrame(() => document.querySelector<HTMLInputElement>('[data-testid="filter"]')?.select());
}

/** "Test row" and the like speak of what the cursor of the matrix is on. */
export function testScopes(): Action[] {
  const { databaseId, slug, selection } = cursor.get();
  const matrix = currentMatrix();
  const database = matrix?.databases.find((candidate) => candidate.id === databaseId) ?? matrix?.databases[0];
  const environment =
    matrix?.environments.find((candidate) => candidate.slug === slug) ?? matrix?.environments[0];
  return [
    {
      id: 'test-all',
      label: matrixText.testAll,
      icon: FlaskConical,
      keys: shortcut('Enter'),
      run: () => void startTests(null),
    },
    {
      id: 'test-row',
      label: database ? `${matrixText.testRow}: ${database.name}` : matrixText.testRow,
      run: () => void startTests(database?.envs.map((config) => config.id) ?? []),
      disabled: !database,
    },
    {
      id: 'test-column',
      label: environment ? `${matrixText.testColumn}: ${environment.slug}` : matrixText.testColumn,
      run: () => environment && testColumn(environment.slug),
      disabled: !environment,
    },
    {
      id: 'test-selection',
      label: `${matrixText.testSelection} (${selection.size})`,
      run: () => void startTests(configIdsOf(selection)),
      disabled: selection.size === 0,
    },
  ];
}

/** The list is drawn whole: a product with more is gone through on its own screen, which has a filter. */
const MOST_LISTED = 300;

/** Every saved action of the product, to open where it runs; and the way to a new one. */
function savedActions(): Action[] {
  const { productId } = navigation.get();
  const matrix = currentMatrix();
  if (productId === null || !matrix || matrix.databases.length === 0) return [];
  const lists = knownActions(productId);
  const { databaseId } = cursor.get();
  const database = matrix.databases.find((candidate) => candidate.id === databaseId) ?? matrix.databases[0];
  return [
    ...(database
      ? [
          {
            id: 'action-create',
            label: actionText.createIn(database.name),
            icon: Plus,
            run: () => openNewAction(database.id),
          },
        ]
      : []),
    ...matrix.databases
      .flatMap(({ id, name }) =>
        (lists.get(id) ?? []).map((action) => ({
          id: `action-${action.id}`,
          label: actionText.palette(name, action.name),
          icon: SquarePlay,
          run: () => openAction(action.id),
        })),
      )
      .slice(0, MOST_LISTED),
  ];
}

export function allActions(products: ProductView[]): Action[] {
  const { productId } = navigation.get();
  const matrix = currentMatrix();
  const { databaseId, slug } = cursor.get();
  const database = matrix?.databases.find((candidate) => candidate.id === databaseId);
  const here: Action[] = [];
  if (database && slug !== null)
    here.push(
      ...cellActions(database.id, slug).map((action) => ({
        ...action,
        id: `cell-${action.id}`,
        label: `${action.label}: ${database.name} @ ${slug}`,
      })),
    );
  if (database)
    here.push(
      ...rowActions(database).map((action) => ({
        ...action,
        id: `row-${action.id}`,
        label: `${action.label}: ${database.name}`,
        keys: '',
      })),
    );
  const settings = queries.getQueryData<Bootstrap>(keys.bootstrap)?.settings;
  return [
    ...(productId === null
      ? []
      : [
          {
            id: 'database-create',
            label: databaseText.create,
            icon: Plus,
            keys: shortcut('N'),
            run: () => openDialog({ kind: 'database-create' }),
          },
          ...testScopes(),
          ...migrationViewActions(),
        ]),
    ...(testRuns.get().runs.length > 0
      ? [
          {
            id: 'cancel-tests',
            label: `${matrixText.cancelTests} ${matrixText.testing.toLowerCase()}`,
            icon: SquareX,
            run: () => void cancelTests(),
          },
        ]
      : []),
    { id: 'filter', label: text.focusFilter, icon: Search, keys: '/', run: focusFilter },
    ...SCREENS.map((screen) => ({
      id: `go-${screen.id}`,
      label: text[screen.id],
      ...(screen.icon ? { icon: screen.icon } : {}),
      keys: shortcut(screen.keys),
      run: () => goTo(screen.id),
    })),
    ...here,
    ...savedActions(),
    ...migrationPalette(),
    ...products.map((product) => ({
      id: `product-${product.id}`,
      label: `${productText.switcher}: ${product.name}`,
      run: () => chooseProduct(product.id),
    })),
    ...(productId === null
      ? []
      : [
          { id: 'manage', label: productText.manage, icon: SlidersHorizontal, run: () => goTo('product') },
          {
            id: 'product-edit',
            label: productText.edit,
            icon: Pencil,
            run: () => openDialog({ kind: 'product-edit', productId }),
          },
          {
            id: 'environment-create',
            label: matrixText.addEnvironment,
            icon: Plus,
            run: () => openDialog({ kind: 'environment-create' }),
          },
          { id: 'export', label: text.export, icon: Upload, run: () => openDialog({ kind: 'export' }) },
        ]),
    {
      id: 'product-new',
      label: text.newProduct,
      icon: Plus,
      run: () => openDialog({ kind: 'product-create' }),
    },
    { id: 'discover', label: text.discover, icon: Import, run: () => openDialog({ kind: 'discover' }) },
    { id: 'import', label: text.import, icon: Download, run: () => openDialog({ kind: 'import' }) },
    { id: 'undo', label: text.undoLast, icon: Undo2, keys: shortcut('Z'), run: () => void undoLast() },
    {
      id: 'theme-system',
      label: text.theme('system'),
      icon: SunMoon,
      run: () => void changeSettings({ theme: 'system' }),
    },
    {
      id: 'theme-light',
      label: text.theme('light'),
      icon: Sun,
      run: () => void changeSettings({ theme: 'light' }),
    },
    {
      id: 'theme-dark',
      label: text.theme('dark'),
      icon: Moon,
      run: () => void changeSettings({ theme: 'dark' }),
    },
    {
      id: 'compact',
      label: text.compact,
      icon: Rows3,
      run: () => void changeSettings({ compact: !settings?.compact }),
    },
    {
      id: 'window-new',
      label: text.newWindow,
      icon: AppWindow,
      run: () => void attempt(() => platform.windowNew()),
    },
    {
      id: 'folder',
      label: text.openFolder,
      icon: FolderOpen,
      run: () => void attempt(() => platform.dataFolderOpen()),
    },
    {
      id: 'check-updates',
      label: text.checkUpdates,
      icon: CircleArrowUp,
      run: () => {
        goTo('settings');
        void checkForUpdates();
      },
    },
    { id: 'about', label: aboutText.open, icon: Info, run: () => openDialog({ kind: 'about' }) },
  ];
}
