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
  older: 'Show older',
});
