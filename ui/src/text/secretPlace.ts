import type { SecretPlace } from '../bindings/SecretPlace';
import { many, said } from './locale';

export const secretPlace = said('secretPlace.secretPlace', {
  title: 'Where passwords are kept',
  places: {
    keyring: 'Keyring of this system',
    vault: 'Vault file',
    ask: 'Nowhere: ask each time',
  } satisfies Record<SecretPlace, string>,
  explained: {
    keyring: 'Unlocked with your login.',
    vault: 'One encrypted file in the data folder, under a passphrase that you choose.',
    ask: 'Kept in memory until Tapedeck ends.',
  } satisfies Record<SecretPlace, string>,
  states: { ready: 'ready', locked: 'locked', unavailable: 'can’t be used' },
  place: 'Place',
  state: 'State',
  held: 'Passwords',
  file: 'File',
  leftCopies: 'The old place can’t be cleared now. Its copies are removed as soon as it can be used.',
  change: 'Choose another place…',
  chooseTitle: 'Where to keep passwords',
  choose: 'Keep them there',
  moving: 'Moving…',
  old: 'Passwords that are kept now',
  olds: {
    move: 'Move them',
    leave: 'Leave them',
    remove: 'Remove them',
  },
  oldHelp: {
    move: 'Each is read back from the new place before the old copy is removed.',
    leave: 'They stay where they are. You enter them again when they are needed.',
    remove: 'They are gone. You enter them again when they are needed.',
  },
  passphrase: 'Passphrase',
  passphraseAgain: 'Passphrase again',
  newPassphrase: 'New passphrase',
  passphraseHelp: '8 characters or more. Nobody can open the file without it.',
  passphraseOfFile: 'There is a vault file already. This opens it.',
  differs: 'The two differ.',
  chosen: (place: SecretPlace, moved: number) => {
    const where = { keyring: 'in the keyring', vault: 'in the vault file', ask: 'nowhere' }[place];
    return `Passwords are kept ${where}.${moved > 0 ? ` ${many(moved, 'password', 'passwords')} moved.` : ''}`;
  },
  unlock: 'Unlock',
  unlockTitle: 'Unlock the vault file',
  forgotten: 'Forgotten? Choose another place, leave them, and enter them again.',
  unlocked: 'The vault file is unlocked.',
  lock: 'Lock now',
  locked: 'The vault file is locked.',
  changePassphrase: 'Change passphrase…',
  changeTitle: 'Change the passphrase',
  changeSubmit: 'Change',
  changed: 'The passphrase was changed.',
  idle: 'The vault file locks itself after, in minutes',
  lacking: (count: number, place: SecretPlace) =>
    place === 'ask'
      ? `${many(count, 'password', 'passwords')} not entered since Tapedeck started.`
      : `${many(count, 'password', 'passwords')} not on this machine.`,
  enter: 'Enter…',
  enterTitle: 'Passwords to enter',
  enterLead: 'What you leave empty stays missing.',
  enterNothing: 'Nothing is missing.',
  enterSubmit: 'Save',
  enterOn: 'Continue',
  entered: (count: number) => `${many(count, 'password', 'passwords')} entered.`,
  failed: (count: number) =>
    `${many(count, 'password', 'passwords')} could not be kept. What was wrong stands below each.`,
  named: (name: string) => `Secret ${name}`,
  usedBy: (cells: string) => `For ${cells}.`,
});
