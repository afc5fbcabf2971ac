import { many, said } from './locale';

/** Around the user guide. What it says itself is in docs/guide. */
export const help = said('help.help', {
  title: 'User guide',
  link: 'Help',
  pages: 'Pages',
  search: 'Search the guide',
  searchHint: 'Search',
  results: (count: number) => many(count, 'place', 'places'),
  nothing: (words: string) => `Nothing in the guide has “${words}”.`,
  back: 'Back',
  close: 'Close',
  copy: 'Copy',
  copied: 'Copied.',
  notCopied: 'The clipboard can’t be written. Try again.',
  copyAddress: (address: string) => `Copy ${address}`,
});
