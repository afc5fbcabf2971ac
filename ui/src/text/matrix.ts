/** The words of a cell. A failed test is named by the stage that failed. */
import { said } from './locale';

export const stageFailure: Record<string, string> = said('matrix.stageFailure', {
  parse: 'invalid URL',
  secret: 'no credential',
  resolve: 'host not found',
  tcp: 'unreachable',
  tls: 'TLS failed',
  auth: 'auth failed',
  database: 'no database',
  ready: 'query failed',
});

export const stageRunning: Record<string, string> = said('matrix.stageRunning', {
  parse: 'reading',
  secret: 'credential',
  resolve: 'resolving',
  tcp: 'connecting',
  tls: 'TLS',
  auth: 'signing in',
  database: 'database',
  ready: 'query',
});

export const matrix = said('matrix.matrix', {
  label: 'Databases by environment',
  database: 'Database',
  add: 'add',
  waiting: 'waiting',
  untested: 'untested',
  ok: 'ok',
  failed: 'failed',
  noCredential: 'no credential',
  locked: 'passwords locked',
  unavailable: 'passwords unavailable',
  inactive: 'inactive',
  filter: 'Filter databases',
  filterHint: 'Filter',
  matches: (shown: number, total: number) => `${shown} of ${total}`,
  nothingTitle: 'Nothing matches',
  nothingText: (filter: string) =>
    `No database matches “${filter}”. Names, tags, types, hosts and states such as “failed” can be typed.`,
  clearFilter: 'Clear filter',
  noEnvironmentsTitle: 'No environments yet',
  noEnvironmentsText:
    'An environment is a column of the matrix. Add one, then give a database its connection URL there.',
  test: 'Test',
  testAll: 'Test all',
  testOptions: 'What to test',
  testRow: 'Test this row',
  testColumn: 'Test this column',
  testSelection: 'Test selection',
  cancelTests: 'Cancel',
  testing: 'Testing',
  tested: (ok: number, failed: number, cancelled: number, skipped: number) =>
    [
      `${ok} connected`,
      failed > 0 ? `${failed} failed` : '',
      cancelled > 0 ? `${cancelled} cancelled` : '',
      skipped > 0 ? `${skipped} skipped` : '',
    ]
      .filter(Boolean)
      .join(', '),
  nothingToTest: 'Nothing to test here: give a cell a connection URL first.',
  editConnection: 'Edit connection',
  addConnection: 'Add connection',
  copyMasked: 'Copy masked URL',
  copyReal: 'Copy real URL',
  copyTo: 'Copy to another environment…',
  compareWith: 'Compare with another environment…',
  copyAs: 'Copy as…',
  details: 'Open details',
  remove: 'Remove connection',
  editEnvironment: 'Edit environment',
  addEnvironment: 'Add environment',
  manageEnvironments: 'Manage environments',
  selected: (count: number) => `${count} selected`,
  columnMenu: (name: string) => `Actions for ${name}`,
  rowMenu: (name: string) => `Actions for ${name}`,
  databaseDetails: 'Open database',
  editDatabase: 'Edit database',
  deleteDatabase: 'Delete database',
});
