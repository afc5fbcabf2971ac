import { said } from './locale';

export const secrets = said('secrets.secrets', {
  title: 'Named secrets',
  lead: 'A connection URL refers to one as $Secret{KEY}. KEY@slug holds for one environment only and is looked up first. Values are kept where passwords are (see Settings).',
  create: 'Add secret',
  set: 'Set value',
  name: 'Name',
  nameHelp: 'Letters, digits, _ . and -, such as ORDERS_PASSWORD or ORDERS_PASSWORD@prd.',
  value: 'Value',
  valueHelp: 'Goes to where passwords are kept. It is never shown again.',
  state: 'On this machine',
  usedBy: 'Used by',
  updated: 'Updated',
  states: {
    none_needed: 'not needed',
    present: 'present',
    missing: 'missing',
    locked: 'locked',
    unavailable: 'can’t be read',
  },
  saved: (name: string) => `Stored ${name}.`,
  removed: (name: string) => `Deleted secret ${name}.`,
  emptyTitle: 'No named secrets',
  emptyText:
    'Use one where several connections share a password, or where a password differs by environment: write $Secret{KEY} in the URL and set KEY here.',
  delete: (name: string) => `Delete ${name}`,
  deleteTitle: (name: string) => `Delete ${name}?`,
  deleteText: 'Undo brings it back for 30 days. After that its value is removed.',
  usedWarning: (cells: string) => `Still used by ${cells}.`,
  valueRequired: 'Type a value.',
});
