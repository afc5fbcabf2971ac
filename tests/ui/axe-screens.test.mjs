// What axe says of the screens, of the connection editor, of the importer, of the dialogs about passwords and updates, and of the guide, in both themes.
import { axeFindsNothing } from './axe.mjs';

axeFindsNothing('screens', 'connections', 'discovery', 'secrets', 'updates', 'help');
