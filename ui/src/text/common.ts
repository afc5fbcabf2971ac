import type { EnvironmentClassView } from '../bindings/EnvironmentClassView';
import { number, said } from './locale';

export const common = said('common.common', {
  undo: 'Undo',
  undone: 'Undone.',
  nothingToUndo: 'Nothing to undo.',
  dismiss: 'Dismiss',
  notifications: 'Notifications',
  cancel: 'Cancel',
  close: 'Close',
  save: 'Save',
  create: 'Create',
  add: 'Add',
  delete: 'Delete',
  edit: 'Edit',
  name: 'Name',
  tag: 'Tag',
  description: 'Description',
  loading: 'Loading…',
  retry: 'Try again',
  none: 'None',
  optional: 'optional',
  choose: 'Choose',
  more: 'More',
  progress: (value: number, total: number) => `${number(value)} of ${number(total)}`,
  completions: 'Completions',
  copied: (masked: boolean, seconds: number) =>
    masked
      ? 'Copied, with the secrets masked.'
      : `Copied with its secrets. The clipboard is cleared in ${seconds} s.`,
});

export const times = said('common.times', {
  justNow: 'just now',
  milliseconds: (value: number) => `${number(value)} ms`,
  seconds: (value: number, digits: 0 | 1) => `${number(value, digits)} s`,
  lessThan: (time: string) => `<${time}`,
});

/** The words of the classes of environments. */
export const classNames = said<Record<EnvironmentClassView, string>>('common.classNames', {
  development: 'development',
  staging: 'staging',
  production: 'production',
});
