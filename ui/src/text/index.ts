/**
 * All that the window says, by the names under which its parts go through `said`. Another language is one object of
 * this type; the compiler says what lacks in it, and what has other parameters.
 */

import type * as about from './about';
import type * as actions from './actions';
import type * as actionUses from './actionUses';
import type * as activity from './activity';
import type * as common from './common';
import type * as conflict from './conflict';
import type * as connection from './connection';
import type * as databases from './databases';
import type * as discovery from './discovery';
import type * as errors from './errors';
import type * as fields from './fields';
import type * as help from './help';
import type { Said } from './locale';
import type * as matrix from './matrix';
import type * as migrationRuns from './migrationRuns';
import type * as migrations from './migrations';
import type * as products from './products';
import type * as results from './results';
import type * as secretPlace from './secretPlace';
import type * as secrets from './secrets';
import type * as settings from './settings';
import type * as shell from './shell';
import type * as updates from './updates';

/** The English parts of a file, by their names in it. */
type From<File extends string, Parts> = {
  [Key in keyof Parts as Key extends string ? `${File}.${Key}` : never]: Parts[Key];
};

type English = From<'about', typeof about> &
  From<'actionUses', typeof actionUses> &
  From<'actions', typeof actions> &
  From<'activity', typeof activity> &
  From<'common', typeof common> &
  From<'conflict', typeof conflict> &
  From<'connection', typeof connection> &
  From<'databases', typeof databases> &
  From<'discovery', typeof discovery> &
  From<'errors', Pick<typeof errors, 'byCode'>> &
  From<'fields', Pick<typeof fields, 'fields'>> &
  From<'help', typeof help> &
  From<'matrix', typeof matrix> &
  From<'migrationRuns', typeof migrationRuns> &
  From<'migrations', typeof migrations> &
  From<'products', typeof products> &
  From<'results', typeof results> &
  From<'secretPlace', typeof secretPlace> &
  From<'secrets', typeof secrets> &
  From<'settings', typeof settings> &
  From<'shell', typeof shell> &
  From<'updates', typeof updates>;

export type Messages = Said<English>;
