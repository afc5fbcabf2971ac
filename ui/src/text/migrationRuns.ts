import type { GuardView } from '../bindings/GuardView';
import type { MigrationDeed } from '../bindings/MigrationDeed';
import type { MigrationRepair } from '../bindings/MigrationRepair';
import { many, plural, said } from './locale';

export const deedText = said('migrationRuns.deedText', {
  label: 'What to do',
  kinds: {
    run: 'Run',
    rollback: 'Roll back',
    promote: 'Promote',
    baseline: 'Baseline',
    repair: 'Repair',
  } satisfies Record<MigrationDeed['kind'], string>,
  environment: 'Environment',
  noEnvironment: 'This database has no connection in any environment. Give it one in the matrix.',
  to: 'Up to',
  all: 'All that are pending',
  backTo: 'Back to',
  steps: (n: number) => `The last ${many(n, 'migration', 'migrations')}`,
  everything: 'Before the first',
  from: 'From',
  fromHelp: 'Runs what that environment has and this one lacks.',
  at: 'Up to and with',
  atHelp: 'Marks them as applied without running them, for a database that was made some other way.',
  dryRun: 'Dry run',
  dryRunHelp: 'Runs it in a transaction and takes it back.',
  press: {
    run: (slug: string) => `Run in ${slug}`,
    rollback: (slug: string) => `Roll back ${slug}`,
    promote: (slug: string) => `Promote to ${slug}`,
    baseline: (slug: string) => `Baseline ${slug}`,
    repair: (slug: string) => `Repair ${slug}`,
  } satisfies Record<MigrationDeed['kind'], (slug: string) => string>,
  asks: { none: 'Runs at once', confirm: 'Asks first', tag: 'Asks for the tag' } satisfies Record<
    GuardView,
    string
  >,
});

export const planText = said('migrationRuns.planText', {
  title: 'Plan',
  planning: 'Planning',
  nothing: 'Nothing to run: everything is applied.',
  nothingBack: 'Nothing to roll back.',
  nothingFrom: (slug: string) => `Nothing to promote: it has all that ${slug} has.`,
  marks: 'No statement is sent.',
  count: (migrations: number, statements: number) =>
    `${many(migrations, 'migration', 'migrations')}, ${many(statements, 'statement', 'statements')}`,
  up: 'up',
  down: 'down',
  from: (n: number) => `from statement ${n} on`,
  transaction: 'one transaction',
  noTransaction: 'statement by statement',
  noDown: 'no way back',
  rows: (n: number) => `about ${many(n, 'row', 'rows')}`,
  unknownRows: 'rows unknown',
  tables: 'Tables',
  checkBefore: 'Check before',
  checkAfter: 'Check after',
  destructive: 'Can lose data',
  waived: (reason: string) => `waived: ${reason}`,
  obstacles: 'In the way',
  drift: 'The schema is not what the last run left',
  notes: 'To be known',
  earlier: (slug: string) => `${slug} comes before it.`,
  exceptions: {
    skip_order: 'Skip the order for this run',
    accept_drift: 'Run in spite of the difference',
    accept_checksum: 'Run in spite of the edit',
  } as Record<string, string>,
  exceptionHelp: 'Asks for the database’s tag, and is written in the activity list.',
  failed: 'There is no plan',
  again: 'Plan again',
});

export const confirmText = said('migrationRuns.confirmText', {
  title: (what: string) => `${what}?`,
  lead: 'This is what will be sent.',
  tagLead: (tag: string) => `Look at what will be sent, then type the database’s tag, ${tag}.`,
  tag: 'Tag of the database',
  mismatch: 'This is not the tag of the database that it would run on.',
});

export const runText = said('migrationRuns.runText', {
  title: 'Run',
  connecting: 'Connecting',
  waiting: (holder: string) => `Waiting for the lock, which ${holder} holds`,
  running: 'Running',
  cancel: 'Cancel',
  cancelling: 'Stopping after this statement…',
  elapsed: 'Elapsed',
  statement: (n: number, total: number) => `Statement ${n} of ${total}`,
  affected: (n: number) => `${many(n, 'row', 'rows')} affected`,
  check: (before: boolean, n: number) => `Check ${before ? 'before' : 'after'} ${n}`,
  passed: 'true',
  notPassed: 'not true',
  already: 'another runner had done it',
  applied: 'applied',
  rolledBack: 'rolled back',
  takenBack: 'taken back',
  under: 'under way',
  done: (ran: number, slug: string) =>
    ran === 0 ? `Done in ${slug}.` : `${many(ran, 'migration', 'migrations')} done in ${slug}.`,
  dryDone: (ran: number, slug: string) =>
    `The dry run went through in ${slug}: ${many(ran, 'migration', 'migrations')}. Nothing was changed.`,
  failed: (done: number, slug: string) =>
    done === 0
      ? `It failed in ${slug}. No migration of this run was applied.`
      : `It stopped in ${slug}. ${many(done, 'migration', 'migrations')} of this run ${plural(done, { one: 'is', other: 'are' })} applied.`,
  at: (tag: string, statement: number, total: number) => `At statement ${statement} of ${total} of ${tag}.`,
  cancelled: (slug: string) => `Cancelled in ${slug}, between two statements.`,
  refused: 'It was refused. Nothing was sent.',
  unknown: 'Nobody knows whether the last statement was carried out',
  unknownHelp: (slug: string) =>
    `The connection to ${slug} broke while it ran. Look at the schema before you go on.`,
  fate: {
    rolled_back: 'The transaction was taken back: nothing of this migration is left.',
    refused: 'The server refused the statement; it changed nothing.',
    not_sent: 'It was not sent.',
  } as Record<string, string>,
  promote: (slug: string) => `Promote to ${slug}`,
  close: 'Close',
});

export const repairText = said('migrationRuns.repairText', {
  title: (name: string) => `${name} stopped half way`,
  done: (done: number, total: number) => `${done} of ${total} statements are applied.`,
  underWay: (n: number) =>
    `Statement ${n} was sent, and its answer never came: look whether it was carried out.`,
  back: 'It stopped while it was being rolled back.',
  lead: 'Nothing else runs here until it is settled. Look at the target, then choose:',
  ways: {
    resume: (n: number) => `Go on with statement ${n}`,
    undo: () => 'Undo the part that is done',
    mark_applied: () => 'It is applied: say so',
    mark_reverted: () => 'It is not applied: say so',
  } satisfies Record<MigrationRepair, (n: number) => string>,
  help: {
    resume: 'Sends the rest, in order.',
    undo: 'Sends the statements down that belong to it.',
    mark_applied: 'For when you have finished it by hand. Sends nothing.',
    mark_reverted: 'For when you have taken it back by hand. Sends nothing.',
  } satisfies Record<MigrationRepair, string>,
  whole: 'Nothing of it was applied. Run it again once its cause is mended.',
});

export const batchText = said('migrationRuns.batchText', {
  title: 'Plan and run migrations',
  lead: 'In the order of the promotion policy, one after the other. The first failure stops it.',
  planning: 'Planning',
  nothing: 'Nothing to run in the cells that you chose.',
  empty: 'up to date',
  error: 'no plan',
  blocked: 'in the way',
  leaveOut: 'Leave out',
  tagOf: (database: string) => `Tag of ${database}`,
  run: (n: number) => `Run ${many(n, 'target', 'targets')}`,
  running: (done: number, total: number) => `${done} of ${total} targets done`,
  waits: 'waits',
  runs: 'runs',
  done: 'done',
  failed: 'stopped',
  notRun: 'not run',
  finished: (n: number) => `All ${many(n, 'target', 'targets')} are done.`,
  stopped: 'It stopped. What was done before stays done.',
});

export const historyText = said('migrationRuns.historyText', {
  label: (database: string, slug: string) => `History of ${database} in ${slug}`,
  empty: (slug: string) => `Nothing has run in ${slug} yet, as far as is known.`,
  unread: (slug: string) => `${slug} was not read yet.`,
  columns: {
    at: 'When',
    migration: 'Migration',
    outcome: 'Outcome',
    statements: 'Statements',
    time: 'Time',
    by: 'By',
    version: 'With',
  },
  read: (ago: string) => `As it was read ${ago}.`,
  chosen: 'Chosen migration',
  error: 'Why it failed',
  checksum: 'Checksum',
  differs: 'It has another text in this catalog by now.',
  tool: (version: string) => `Tapedeck ${version}`,
  nobody: 'unknown',
});

export const schemaText = said('migrationRuns.schemaText', {
  left: 'Left',
  right: 'Right',
  last: 'As the last run left it',
  compare: 'Compare',
  comparing: 'Reading both schemas',
  none: 'Choose what to compare, then press Compare.',
  same: (left: string, right: string) => `No difference between ${left} and ${right}.`,
  differences: (n: number) => many(n, 'difference', 'differences'),
  changes: { added: 'added', removed: 'removed', changed: 'changed' } as Record<string, string>,
  leftHas: (left: string) => `Only ${left}`,
  rightHas: (right: string) => `Only ${right}`,
  mend: 'Statements that mend it',
  toward: (from: string, to: string) => `Make ${from} like ${to}`,
  noMend: 'There are no statements for this direction.',
  destructive: 'Can lose data',
  copy: 'Copy',
  copied: 'Copied the statements.',
  newMigration: 'New migration of these',
  name: (env: string) => `Mend ${env}`,
  accept: 'Accept as it is',
  acceptHelp: 'Later runs compare with the schema as it is now.',
  acceptTitle: (slug: string) => `Accept the schema of ${slug} as it is?`,
  accepted: (slug: string) => `Later runs compare ${slug} with its schema of now.`,
  same_side: 'Choose two that differ.',
});

export const cellText = said('migrationRuns.cellText', {
  open: 'Open migrations',
  plan: 'Plan and run',
  refresh: 'Refresh',
  schema: 'Compare the schema',
  history: 'History',
  unread: 'It was not read yet. Refresh asks the server; nothing is changed there.',
  unconfigured: 'No connection yet.',
  nothing: 'Everything is applied.',
  pending: 'Pending',
  attention: 'Needs a person',
});
