/** Which place of the guide helps with what went wrong. A test holds that each is there. */
import type { Topic } from './place';

const LINUX = typeof navigator !== 'undefined' && /Linux/.test(navigator.platform);

const at = (page: string, anchor: string): Topic => ({ page, anchor });

/** A keyring has a page of its own where each desktop has another one. */
const keyring = (anchor: string): Topic =>
  LINUX ? at('keyrings-on-linux', anchor) : at('passwords', 'what-is-in-the-keyring');

const VAULT = at('passwords', 'the-vault-file');

/** By the code of an error. */
export const BY_CODE: Record<string, Topic> = {
  keyring_unavailable: keyring('none-answers'),
  keyring_locked: keyring('it-is-locked'),
  keyring_timeout: keyring('it-is-locked'),
  keyring_failed: keyring('what-is-wrong'),
  vault_locked: VAULT,
  vault_missing: VAULT,
  vault_damaged: VAULT,
  vault_failed: VAULT,
  vault_newer: VAULT,
  secret_missing: at('passwords', 'what-this-machine-lacks'),
  catalog_damaged: at('data', 'a-catalog-that-cant-be-opened'),
  catalog_newer: at('data', 'an-older-version'),
};

/** Where passwords are kept, and how another place is chosen. */
export const PLACES = at('passwords', 'choose-another-place');

/** By the stage at which a test of a connection failed. */
export const BY_STAGE: Record<string, Topic> = {
  parse: at('connection-problems', 'read-url'),
  secret: at('connection-problems', 'credential'),
  resolve: at('connection-problems', 'resolve'),
  tcp: at('connection-problems', 'connect'),
  tls: at('connection-problems', 'tls'),
  auth: at('connection-problems', 'sign-in'),
  database: at('connection-problems', 'database'),
  ready: at('connection-problems', 'query'),
};

export const STOPPED = at('migration-problems', 'a-migration-stopped-half-way');
export const DRIFT = at('migration-problems', 'the-schema-drifted');
