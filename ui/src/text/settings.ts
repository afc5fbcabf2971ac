import { many, said } from './locale';

export const settings = said('settings.settings', {
  title: 'Settings',
  appearance: 'Appearance',
  theme: 'Theme',
  themes: { system: 'System', light: 'Light', dark: 'Dark' },
  compact: 'Compact rows',
  tests: 'Connection tests',
  testTimeout: 'Time limit of one test, in seconds',
  concurrency: 'Tests at once',
  concurrencyHelp: '1 to 16.',
  secrets: 'Secrets',
  keyringTimeout: 'Time limit of the keyring, in seconds',
  keyringHelp:
    'A keyring that waits for you to unlock it never holds the window; after this long a cell says so.',
  clipboard: 'A copied secret leaves the clipboard after, in seconds',
  data: 'Data',
  dataFolder: 'Data folder',
  open: 'Open folder',
  transferHelp: 'A file for a colleague or another machine. Secrets go with it only under a passphrase.',
  version: (version: string) => `Tapedeck ${version}`,
  wholeNumber: (low: number, high: number) => `A whole number from ${low} to ${high}.`,
});

export const transfer = said('settings.transfer', {
  exportTitle: 'Export product',
  exportLead: 'The product, its environments and its databases, in one file.',
  exportSubmit: 'Choose where to save…',
  passphrase: 'Passphrase',
  passphraseAgain: 'Passphrase again',
  exportPassphraseHelp:
    'Without one, the file holds no secret. With one, the secrets go along, encrypted with it.',
  differs: 'The two differ.',
  exported: (path: string) => `Exported to ${path}.`,
  importTitle: 'Import a file',
  importLead: 'First you see what it would do. Nothing is written before you apply it.',
  importPassphraseHelp: 'Only for a file that holds encrypted secrets.',
  importSubmit: 'Choose a file…',
  importGiven: (file: string) => `Import ${file}`,
  importGivenSubmit: 'Show what it would do',
  importGivenWaits: (file: string) => `${file} was opened, and can be imported.`,
  importGivenNow: 'Import',
  apply: 'Apply',
  imported: (count: number) => `Imported ${many(count, 'record', 'records')}.`,
  preview: 'What it would do',
  nothing: 'Everything in it is here already.',
  secrets: (count: number) => `${many(count, 'secret comes', 'secrets come')} with it.`,
  warnings: 'Warnings',
  changes: { add: 'add', change: 'change', same: 'same', keep: 'keep' } as Record<string, string>,
  subjects: {
    product: 'product',
    environment: 'environment',
    database: 'database',
    environment_config: 'connection',
    action: 'action',
    migration: 'migration',
    named_secret: 'named secret',
  } as Record<string, string>,
  base: (product: string, at: string, named: boolean) =>
    named
      ? `Compared with ${product} as it was when this file was exported, ${at}.`
      : `Compared with ${product} as it was last exported or imported here, ${at}.`,
  noBase:
    'This file and this catalog have no earlier export in common, so nobody can tell which side changed a field.',
  takesBack: 'changed here since: this takes it back',
  overwrites: 'changed here as well: this overwrites it',
  deletedHere: 'was deleted here since',
  leftOut: 'is no longer in the file; it stays',
});
