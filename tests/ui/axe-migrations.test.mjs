// What axe says of the migrations' surfaces, in both themes.
import { axeFindsNothing } from './axe.mjs';

axeFindsNothing('migrations');
