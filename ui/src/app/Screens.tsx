import { ActionsScreen } from '../features/actions/ActionsScreen';
import { ActivityScreen } from '../features/activity/ActivityScreen';
import { DatabasesScreen } from '../features/databases/DatabasesScreen';
import { MatrixScreen } from '../features/matrix/MatrixScreen';
import { MigrationsScreen } from '../features/migrations/MigrationsScreen';
import { ProductScreen } from '../features/products/ProductScreen';
import { SecretsScreen } from '../features/secrets/SecretsScreen';
import { SettingsScreen } from '../features/settings/SettingsScreen';
import { navigation } from './navigation';
import { useStore } from './store';

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
  }
}
