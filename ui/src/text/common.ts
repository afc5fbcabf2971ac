export const common = {
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
  more: 'More',
  copied: (masked: boolean, seconds: number) =>
    masked
      ? 'Copied, with the secrets masked.'
      : `Copied with its secrets. The clipboard is cleared in ${seconds} s.`,
};
