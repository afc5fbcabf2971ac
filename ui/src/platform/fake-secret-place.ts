/** The fake's places for passwords: `?secrets=unavailable`, `lost`, `ask` or `vault` (locked, under `correct horse`). */
import type { SecretPlaceStatus } from '../bindings/SecretPlaceStatus';
import type { SecretToEnter } from '../bindings/SecretToEnter';
import { refuse, refuseFaults, type World } from './fake-world';
import type { Platform } from './types';

const UNAVAILABLE = {
  code: 'keyring_unavailable',
  message: 'No keyring can be used here (there is no D-Bus session).',
  advice: [
    'GNOME: install gnome-keyring, then log out and in again, so that it starts with your session.',
    'Or choose another place for passwords: a vault file under a passphrase, or be asked each time.',
  ],
};
const LOCKED = {
  code: 'vault_locked',
  message: 'The vault file is locked. Unlock it with its passphrase.',
  advice: [],
};

export function fakeSecretPlace(world: World) {
  const held = world.secretPlace;

  const toEnter = (productId: string | null): SecretToEnter[] =>
    world.products
      .filter(({ view }) => productId === null || view.id === productId)
      .flatMap((product) =>
        product.databases.flatMap((database) =>
          database.envs
            .filter((config) => world.credentialOf(config) === 'missing')
            .map((config) => ({
              key: `url ${config.id} password`,
              product: product.view.tag,
              cell: `${database.tag}@${config.slug}`,
              class: product.environments.find(({ slug }) => slug === config.slug)?.class ?? null,
              name: 'password',
              used_by: [],
            })),
        ),
      );

  return {
    async secretPlaceStatus(): Promise<SecretPlaceStatus> {
      await world.wait(20);
      const wrong = world.secretPlaceFault();
      const count = toEnter(null).length;
      return {
        place: held.place,
        state: wrong === null ? 'ready' : wrong === 'vault_locked' ? 'locked' : 'unavailable',
        ...(wrong === null
          ? { code: null, message: null, advice: [] }
          : wrong === 'vault_locked'
            ? LOCKED
            : UNAVAILABLE),
        entries: wrong === null ? Math.max(0, 14 - count) : null,
        vault_file: '/home/ada/.local/share/tapedeck/passwords.vault',
        vault_exists: held.passphrase !== null,
        left_copies: false,
      };
    },
    async secretPlaceChoose({ place, old, passphrase = '' }) {
      await world.wait(60);
      if (place === 'vault') {
        const known = held.passphrase;
        if (known === null && passphrase.length < 8)
          refuseFaults([
            {
              field: 'passphrase',
              code: 'too_short',
              message: 'Choose a passphrase of 8 characters or more.',
            },
          ]);
        if (known !== null && known !== passphrase)
          refuse(
            'vault_passphrase_wrong',
            'This is not the passphrase of the vault file. Nothing was changed: passwords are still kept in the keyring.',
          );
        held.passphrase = passphrase;
        held.unlocked = true;
      }
      if (old === 'move' && world.secretPlaceFault() !== null && place !== 'vault')
        refuse(LOCKED.code, LOCKED.message);
      held.place = place;
      held.lost = old !== 'move';
      held.entered.clear();
      world.tell();
      return { place, moved: old === 'move' ? 14 : 0, left_copies: false };
    },
    async vaultUnlock(passphrase) {
      await world.wait(60);
      if (passphrase !== held.passphrase)
        refuse('vault_passphrase_wrong', 'This is not the passphrase of the vault file.');
      held.unlocked = true;
    },
    async vaultLock() {
      held.unlocked = false;
    },
    async vaultPassphraseChange(old, next) {
      await world.wait(60);
      if (next.length < 8)
        refuseFaults([
          {
            field: 'passphrase',
            code: 'too_short',
            message: 'Choose a passphrase of 8 characters or more.',
          },
        ]);
      if (old !== held.passphrase)
        refuse('vault_passphrase_wrong', 'This is not the passphrase of the vault file.');
      held.passphrase = next;
    },
    async secretsToEnter(productId) {
      await world.wait(20);
      return { place: held.place, secrets: toEnter(productId) };
    },
    async secretsEnter(typed) {
      await world.wait(40);
      return typed.map(({ key, value }) => {
        // So that a test can see one that fails.
        if (value === 'fail')
          return { key, error: { code: 'keyring_failed', message: 'The keyring failed: on purpose' } };
        held.entered.add(key.split(' ')[1] ?? '');
        return { key, error: null };
      });
    },
  } satisfies Partial<Platform>;
}
