import { said } from './locale';

export const activity = said('activity.activity', {
  title: 'Activity',
  lead: 'What was done on this machine, by the window and by the command line. It holds no secrets.',
  emptyTitle: 'Nothing has happened yet',
  emptyText: 'Changes, tests and revealed secrets are listed here, and changes can be undone.',
  when: 'When',
  what: 'What',
  by: 'By',
  origins: { window: 'window', cli: 'command line' } as Record<string, string>,
  undo: (summary: string) => `Undo: ${summary}`,
  purge: 'Delete for good',
  purgeThis: (summary: string) => `Delete for good: ${summary}`,
  purged: (removed: number, left: number) =>
    [
      `Deleted for good. ${removed === 1 ? '1 password was' : `${removed} passwords were`} removed.`,
      ...(left > 0 ? [`${left} could not be yet: unlock the place where they are kept.`] : []),
    ].join(' '),
  older: 'Show older',
});
