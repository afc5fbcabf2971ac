const many = (count: number, one: string, more: string): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : more}`;

export const results = {
  label: 'Result',
  noRows: 'The statement gave no rows.',
  rows: (count: number, more: boolean) => `${many(count, 'row', 'rows')}${more ? ' so far' : ''}`,
  selected: (rows: number, columns: number) =>
    `${many(rows, 'row', 'rows')} × ${many(columns, 'column', 'columns')} selected`,
  sorted: (column: string, direction: 'ascending' | 'descending') => `sorted by ${column}, ${direction}`,
  unsort: 'Server order',
  sortAscending: 'Sort ascending',
  sortDescending: 'Sort descending',
  fit: 'Fit the width',
  more: 'Fetch more rows',
  fetching: 'Fetching rows…',
  moreKey: 'M',
  headerMenu: (name: string) => `Actions for ${name}`,
  cellMenu: 'Actions for the cell',
  open: 'Open the value',
  copy: 'Copy',
  copyMenu: 'Copy as',
  copying: 'Copying rows',
  copiedSize: (characters: number) => `${Math.floor(characters / 1_000_000)} MB`,
  tooLong: 'That is more than a clipboard should hold. Select fewer rows or columns.',
  copyCells: 'Copy the selection',
  copyHeaded: 'Copy with headings',
  copyName: 'Copy the name',
  all: (format: string) => `All rows as ${format}`,
  selection: (format: string) => `Selection as ${format}`,
  formats: { csv: 'CSV', json: 'JSON', markdown: 'Markdown', insert: 'INSERT' },
  copied: (rows: number) => `Copied ${many(rows, 'row', 'rows')}.`,
  copiedValue: 'Copied.',
  notCopied: 'The clipboard can’t be written. Select less, or try again.',
  rowNumber: 'Row',
  null: 'NULL, no value',
  empty: 'empty text',
  marked: 'different',
};

export const viewer = {
  title: (column: string, row: string) => `${column}, row ${row}`,
  nullText: 'NULL: there is no value.',
  emptyText: 'A text of no characters.',
  view: 'View',
  views: { json: 'JSON', text: 'Text', bytes: 'Bytes' },
  wrap: 'Wrap lines',
  depth: 'Open to depth',
  all: 'All',
  search: 'Search in the value',
  searchHint: 'Search',
  matches: (at: number, count: number, capped: boolean) =>
    count === 0 ? 'No matches' : `${at + 1} of ${count.toLocaleString('en')}${capped ? '+' : ''}`,
  previous: 'Previous match',
  next: 'Next match',
  fold: 'Close this part',
  unfold: 'Open this part',
  size: (characters: number) => many(characters, 'character', 'characters'),
  bytes: (count: number) => many(count, 'byte', 'bytes'),
  shortened: (lines: number) =>
    `The first ${lines.toLocaleString('en')} lines are shown. Copy gives the whole value.`,
  shortenedBytes: (count: number) =>
    `The first ${many(count, 'byte', 'bytes')} are shown. Copy gives the whole value.`,
  reading: 'Reading the value',
  searching: 'Searching',
  content: 'The value',
};

export const compared = {
  label: 'Comparison',
  filter: 'Rows',
  all: (count: number) => `All ${count.toLocaleString('en')}`,
  different: (count: number) => `Different ${count.toLocaleString('en')}`,
  onlyIn: (side: string, count: number) => `Only in ${side} ${count.toLocaleString('en')}`,
  headOnly: (side: string) => `only ${side}`,
  where: 'Where',
  same: 'Both results have the same rows.',
  noneOfKind: 'No rows of this kind.',
  counts: (left: string, leftRows: number, right: string, rightRows: number) =>
    `${many(leftRows, 'row', 'rows')} in ${left}, ${many(rightRows, 'row', 'rows')} in ${right}`,
};
