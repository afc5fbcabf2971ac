// What axe says of the screens, of the connection editor, of the dialogs about passwords and of the guide, in both themes.
import { axeFindsNothing } from './axe.mjs';

axeFindsNothing('screens', 'connections', 'secrets', 'help');
