/** Migrations in the palette: each database's list, a new one, and what can be done where the screen is. */
import { ListOrdered, Plus, SquareX } from 'lucide-react';
import { navigation } from '../../app/navigation';
import { currentMatrix } from '../../app/queries';
import type { Action } from '../../design/Menu';
import { matrixText, migrations as text } from '../../text/migrations';
import { cursor } from '../matrix/cursor';
import { cancelRefreshes, refreshes } from './cells';
import { openMigrations, openNewMigration, place } from './place';

/** The list is drawn whole. */
const MOST_LISTED = 100;

export function migrationPalette(): Action[] {
  const databases = currentMatrix()?.databases ?? [];
  if (databases.length === 0) return [];
  const wanted = navigation.get().screen === 'migrations' ? place.get().databaseId : cursor.get().databaseId;
  const database = databases.find(({ id }) => id === wanted) ?? databases[0];
  return [
    ...(database
      ? [
          {
            id: 'migration-create',
            label: text.createIn(database.name),
            icon: Plus,
            run: () => openNewMigration(database.id),
          },
        ]
      : []),
    ...(refreshes.get().runs.length > 0
      ? [
          {
            id: 'cancel-refresh',
            label: `${matrixText.cancel} ${matrixText.refreshing.toLowerCase()}`,
            icon: SquareX,
            run: () => void cancelRefreshes(),
          },
        ]
      : []),
    ...databases.slice(0, MOST_LISTED).map(({ id, name }) => ({
      id: `migrations-${id}`,
      label: text.palette(name),
      icon: ListOrdered,
      run: () => openMigrations(id),
    })),
  ];
}
