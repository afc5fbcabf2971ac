// What axe says of the actions' surfaces, in both themes.
import { axeFindsNothing } from './axe.mjs';

axeFindsNothing('actions');
