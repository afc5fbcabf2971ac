import { MatrixScreen } from '../features/matrix/MatrixScreen';
import { later } from './later';
import { navigation, type Screen } from './navigation';
import { useStore } from './store';

export const HelpScreen = later(async () => (await import('../features/help/HelpScreen')).HelpScreen);

// The matrix is the first frame; the others wait for theirs.
const LATER = {
  actions: later(async () => (await import('../features/actions/ActionsScreen')).ActionsScreen),
  activity: later(async () => (await import('../features/activity/ActivityScreen')).ActivityScreen),
  databases: later(async () => (await import('../features/databases/DatabasesScreen')).DatabasesScreen),
  help: HelpScreen,
  migrations: later(async () => (await import('../features/migrations/MigrationsScreen')).MigrationsScreen),
  product: later(async () => (await import('../features/products/ProductScreen')).ProductScreen),
  secrets: later(async () => (await import('../features/secrets/SecretsScreen')).SecretsScreen),
  settings: later(async () => (await import('../features/settings/SettingsScreen')).SettingsScreen),
};

/** Somebody reaches for a screen: the pointer is on its name, or the focus. */
export function prepareScreen(screen: Screen): void {
  if (screen !== 'matrix') void LATER[screen].prepare();
}

export function Screens() {
  const screen = useStore(navigation, (state) => state.screen);
  if (screen === 'matrix') return <MatrixScreen />;
  const Shown = LATER[screen];
  return <Shown />;
}
