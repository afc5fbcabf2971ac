import { said } from './locale';

export const conflicts = said('conflict.conflicts', {
  title: (subject: string) => `${subject} changed meanwhile`,
  lead: 'Another window or the command line saved first. Choose what to keep of each field; nothing is written until you save.',
  before: 'Before',
  theirs: 'Theirs',
  yours: 'Yours',
  empty: '(empty)',
  save: 'Save the merge',
});
