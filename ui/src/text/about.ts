import { said } from './locale';

export const about = said('about.about', {
  open: 'About Tapedeck',
  lead: 'Your product’s databases, every environment, one window.',
  version: 'Version',
  commit: 'Built from',
  licence: 'Licence',
  dataFolder: 'Data folder',
  openFolder: 'Open folder',
  licences: 'Made with',
  licencesLead: (count: number) => `${count} packages of others, each under its own licence.`,
  search: 'Search packages and licences',
  found: (count: number, all: number) => (count === all ? `${all} packages` : `${count} of ${all} packages`),
  none: 'No package matches.',
  noText: 'The package brings no text of its licence.',
});
