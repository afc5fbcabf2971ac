import { MatrixScreen } from '../features/matrix/MatrixScreen';
import { later } from './later';
import { navigation } from './navigation';
import { useStore } from './store';

// The matrix is the first frame; the others wait for theirs.
const ActionsScreen = later(async () => (await import('../features/actions/ActionsScreen')).ActionsScreen);
const ActivityScreen = later(
  async () => (await import('../features/activity/ActivityScreen')).ActivityScreen,
);
const DatabasesScreen = later(
  async () => (await import('../features/databases/DatabasesScreen')).DatabasesScreen,
);
export const HelpScreen = later(async () => (await import('../features/help/HelpScreen')).HelpScreen);
const MigrationsScreen = later(
  async () => (await import('../features/migrations/MigrationsScreen')).MigrationsScreen,
);
const ProductScreen = later(async () => (await import('../features/products/ProductScreen')).ProductScreen);
const SecretsScreen = later(async () => (await import('../features/secrets/SecretsScreen')).SecretsScreen);
const SettingsScreen = later(
  async () => (await import('../features/settings/SettingsScreen')).SettingsScreen,
);

export function Screens() {
  const screen = useStore(navigation, (state) => state.screen);
  switch (screen) {
    case 'matrix':
      return <MatrixScreen />;
    case 'databases':
      return <DatabasesScreen />;
    case 'actions':
      return <ActionsScreen />;
    case 'migrations':
      return <MigrationsScreen />;
    case 'secrets':
      return <SecretsScreen />;
    case 'activity':
      return <ActivityScreen />;
    case 'settings':
      return <SettingsScreen />;
    case 'product':
      return <ProductScreen />;
    case 'help':
      return <HelpScreen />;
  }
}
