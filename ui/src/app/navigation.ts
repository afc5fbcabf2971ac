import { PRODUCT_KEY } from '../platform/first';
import { createStore } from './store';

export type Screen =
  | 'matrix'
  | 'databases'
  | 'actions'
  | 'migrations'
  | 'secrets'
  | 'activity'
  | 'settings'
  | 'product'
  | 'help';
export type DrawerTab = 'connection' | 'test' | 'actions' | 'migrations' | 'details';
/** What the cells of the matrix tell of. */
export type MatrixKind = 'connections' | 'migrations';

export interface CellTarget {
  databaseId: string;
  slug: string;
}

export type DialogTarget =
  | { kind: 'product-create' }
  | { kind: 'product-edit'; productId: string }
  | { kind: 'environment-create' }
  | { kind: 'environment-edit'; environmentId: string }
  | { kind: 'database-create' }
  | { kind: 'database-edit'; databaseId: string }
  | { kind: 'cell-copy'; databaseId: string; slug: string }
  | { kind: 'cell-compare'; databaseId: string; slug: string }
  | { kind: 'cell-copy-as'; databaseId: string; slug: string }
  | { kind: 'secret'; name: string | null }
  | { kind: 'secret-place' }
  | { kind: 'secrets-enter' }
  | { kind: 'vault-unlock' }
  | { kind: 'vault-passphrase' }
  | { kind: 'migration-batch'; configIds: string[] }
  | { kind: 'migration-import'; databaseId: string }
  | { kind: 'migration-export'; databaseId: string }
  | { kind: 'export' }
  /** Given: the name of a file that is there to be read, with no choosing. */
  | { kind: 'import'; given?: string }
  | { kind: 'discover' }
  | { kind: 'update' }
  | { kind: 'about' };

interface Navigation {
  screen: Screen;
  /** Where one was when the guide was opened. */
  beforeHelp: Screen;
  view: MatrixKind;
  productId: string | null;
  /** The cell that the drawer shows. */
  cell: CellTarget | null;
  tab: DrawerTab;
  /** The database that the Databases screen shows. */
  databaseId: string | null;
  dialog: DialogTarget | null;
  /** What a deed waits for, above whatever is open; `answered` says whether the person went on. */
  question: { kind: 'secrets-enter' | 'vault-unlock'; answered: (wentOn: boolean) => void } | null;
  palette: boolean;
  filter: string;
}

function remembered(): string | null {
  try {
    return localStorage.getItem(PRODUCT_KEY);
  } catch {
    return null;
  }
}

export const navigation = createStore<Navigation>({
  screen: 'matrix',
  beforeHelp: 'matrix',
  view: 'connections',
  productId: remembered(),
  cell: null,
  tab: 'connection',
  databaseId: null,
  dialog: null,
  question: null,
  palette: false,
  filter: '',
});

export function goTo(screen: Screen): void {
  const { screen: current } = navigation.get();
  if (screen === 'help' && current !== 'help') navigation.set({ beforeHelp: current });
  navigation.set({ screen });
}

export function showView(view: MatrixKind): void {
  navigation.set({ screen: 'matrix', view });
}

export function chooseProduct(productId: string): void {
  const { productId: current } = navigation.get();
  try {
    localStorage.setItem(PRODUCT_KEY, productId);
  } catch {
    // Only the choice at the next start is lost.
  }
  if (current !== productId) navigation.set({ productId, cell: null, databaseId: null, filter: '' });
}

export function openCell(cell: CellTarget, tab: DrawerTab = 'connection'): void {
  navigation.set({ screen: 'matrix', cell, tab });
}

export function closeCell(): void {
  navigation.set({ cell: null });
}

export function openDatabase(databaseId: string): void {
  navigation.set({ screen: 'databases', databaseId });
}

export function openDialog(dialog: DialogTarget): void {
  navigation.set({ dialog });
}

export function closeDialog(): void {
  navigation.set({ dialog: null });
}
