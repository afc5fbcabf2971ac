import { fireEvent, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { Toasts } from '../../design/toasts';
import { CompareGrid } from './CompareGrid';
import { ResultGrid } from './ResultGrid';

const COLUMNS = [
  { name: 'id', type: 'int8' },
  { name: 'name', type: 'text' },
  { name: 'doc', type: 'jsonb' },
];
const ROWS: unknown[][] = [
  ['10', 'NULL', '{"a": {"b": 12345678901234567890}}'],
  [9, null, null],
  ['9007199254740993', '', '[1]'],
];

function result(props: Partial<Parameters<typeof ResultGrid>[0]> = {}) {
  const onMore = vi.fn();
  const all = {
    columns: COLUMNS,
    rows: ROWS,
    more: false,
    onMore,
    busy: false,
    testId: 'result-grid',
    ...props,
  };
  const view = render(
    <>
      <ResultGrid {...all} />
      <Toasts />
    </>,
  );
  const user = userEvent.setup();
  const copied = vi.spyOn(navigator.clipboard, 'writeText');
  const grid = screen.getByTestId('result-grid');
  grid.focus();
  return { user, grid, onMore, copied, view, all };
}

const current = (grid: HTMLElement) =>
  document.getElementById(grid.getAttribute('aria-activedescendant') ?? '');
const column = (grid: HTMLElement, index: number) =>
  within(grid)
    .getAllByRole('row')
    .slice(1)
    .map((row) => row.querySelector(`[data-column="${index}"]`)?.textContent);
const lastCopied = (copied: { mock: { calls: unknown[][] } }) => copied.mock.calls.at(-1)?.[0];

beforeEach(() => {
  window.history.replaceState({}, '', '/');
});

describe('the result grid', () => {
  test('tells NULL from the text NULL and from empty text', () => {
    const { grid } = result();
    expect(column(grid, 1)).toEqual(['NULL', 'NULL', '']);
    const cells = [...grid.querySelectorAll('[data-column="1"]')].map((cell) => [
      cell.getAttribute('data-kind'),
      cell.getAttribute('aria-label'),
    ]);
    expect(cells).toEqual([
      ['text', null],
      ['null', 'NULL, no value'],
      ['text', 'empty text'],
    ]);
  });

  test('sorts by its headings, and the third time not at all', async () => {
    const { user, grid } = result();
    await user.keyboard('{ArrowUp}{Enter}');
    const heading = screen.getByTestId('result-column-0');
    expect(current(grid)).toBe(heading);
    expect(heading).toHaveAttribute('aria-sort', 'ascending');
    expect(column(grid, 0)).toEqual(['9', '10', '9007199254740993']);
    await user.keyboard('{Enter}');
    expect(heading).toHaveAttribute('aria-sort', 'descending');
    expect(column(grid, 0)).toEqual(['9007199254740993', '10', '9']);
    await user.click(heading);
    expect(heading).toHaveAttribute('aria-sort', 'none');
    expect(column(grid, 0)).toEqual(['10', '9', '9007199254740993']);
  });

  test('is walked and selected by keys, and copies what is selected', async () => {
    const { user, grid, copied } = result();
    expect(grid).toHaveAttribute('aria-rowcount', '4');
    await user.keyboard('{Control>}{End}{/Control}');
    expect(current(grid)).toHaveTextContent('[1]');
    await user.keyboard('{Control>}{Home}{/Control}{Shift>}{ArrowRight}{ArrowDown}{/Shift}');
    expect(grid.querySelectorAll('[aria-selected="true"]')).toHaveLength(4);
    expect(screen.getByTestId('result-selection')).toHaveTextContent('2 rows × 2 columns selected');
    await user.keyboard('{Control>}c{/Control}');
    await screen.findByText('Copied 2 rows.');
    expect(lastCopied(copied)).toBe('10\tNULL\n9\t');
    await user.keyboard('{Escape}');
    expect(grid.querySelectorAll('[aria-selected="true"]')).toHaveLength(0);
    await user.keyboard('{Control>}a{/Control}');
    expect(grid.querySelectorAll('[aria-selected="true"]')).toHaveLength(9);
    await user.keyboard('{Escape}{Shift>} {/Shift}');
    expect(grid.querySelectorAll('[aria-selected="true"]')).toHaveLength(3);
  });

  test('copies all rows in the order that is shown', async () => {
    const { user, copied } = result({ dialect: 'postgresql', table: 'orders' });
    await user.click(screen.getByTestId('result-column-0'));
    await user.click(screen.getByTestId('result-copy'));
    await user.click(await screen.findByTestId('menu-copy-csv'));
    await screen.findByText('Copied 3 rows.');
    expect(lastCopied(copied)).toBe(
      'id,name,doc\r\n9,,\r\n10,NULL,"{""a"": {""b"": 12345678901234567890}}"\r\n9007199254740993,"",[1]\r\n',
    );
    await user.click(screen.getByTestId('result-copy'));
    await user.click(await screen.findByTestId('menu-copy-insert'));
    await vi.waitFor(() =>
      expect(lastCopied(copied)).toContain(
        'INSERT INTO "orders" ("id", "name", "doc") VALUES (9, NULL, NULL);',
      ),
    );
  });

  test('offers no statements where no language for them is known', async () => {
    const { user } = result({ dialect: 'json' });
    await user.click(screen.getByTestId('result-copy'));
    await screen.findByTestId('menu-copy-json');
    expect(screen.queryByTestId('menu-copy-insert')).toBeNull();
  });

  test('resizes a column by keys, by the pointer and to its content', async () => {
    const { user, grid } = result();
    const heading = screen.getByTestId('result-column-1');
    const width = () => Number.parseFloat(heading.style.width);
    const before = width();
    await user.keyboard('{ArrowRight}{Control>}{Shift>}{ArrowRight}{/Shift}{/Control}');
    expect(width()).toBe(before + 16);
    grid.setPointerCapture = () => {};
    const edge = grid.querySelector('[data-resize="1"]') as HTMLElement;
    // jsdom's pointer events have no place.
    const point = (target: Element, type: string, clientX: number) =>
      fireEvent(target, new MouseEvent(type, { bubbles: true, button: 0, clientX }));
    point(edge, 'pointerdown', 100);
    point(grid, 'pointermove', 150);
    point(grid, 'pointerup', 150);
    point(grid, 'pointermove', 400);
    expect(width()).toBe(before + 66);
    expect(heading).toHaveAttribute('aria-sort', 'none');
    fireEvent.doubleClick(edge);
    expect(width()).toBe(before);
  });

  test('asks for more at its end, by M, and not twice', async () => {
    const { user, grid, onMore, view, all } = result({ more: true });
    await user.keyboard('{Control>}{End}{/Control}{ArrowDown}');
    expect(current(grid)).toBe(screen.getByTestId('result-more'));
    await user.keyboard('{Enter}m');
    await user.click(screen.getByTestId('result-more'));
    expect(onMore).toHaveBeenCalledTimes(3);
    view.rerender(<ResultGrid {...all} busy />);
    await user.keyboard('m');
    expect(onMore).toHaveBeenCalledTimes(3);
    view.rerender(<ResultGrid {...all} rows={[...ROWS, [1, 'x', null]]} more={false} />);
    expect(screen.queryByTestId('result-more')).toBeNull();
    expect(screen.getByTestId('result-count')).toHaveTextContent('4 rows');
  });

  test('sorts rows in when the last of them is there, and copies no row that is gone', async () => {
    const { user, grid, view, all, copied } = result();
    await user.click(screen.getByTestId('result-column-0'));
    view.rerender(<ResultGrid {...all} rows={[...ROWS, [1, 'x', null]]} busy />);
    expect(column(grid, 0)).toEqual(['9', '10', '9007199254740993', '1']);
    view.rerender(<ResultGrid {...all} rows={[...ROWS, [1, 'x', null]]} />);
    expect(column(grid, 0)).toEqual(['1', '9', '10', '9007199254740993']);
    grid.focus();
    await user.keyboard('{Control>}a{/Control}');
    view.rerender(<ResultGrid {...all} rows={[[7, 'only', null]]} />);
    expect(screen.getByTestId('result-selection')).toHaveTextContent('1 row × 3 columns selected');
    await user.keyboard('{Control>}c{/Control}');
    await vi.waitFor(() => expect(lastCopied(copied)).toBe('7\tonly\t'));
  });

  test('holds few of a hundred thousand rows and fifty columns in the document', () => {
    const columns = Array.from({ length: 50 }, (_, index) => ({ name: `c${index}`, type: 'text' }));
    const row = columns.map((_, index) => `value ${index}`);
    const { grid } = result({ columns, rows: Array.from({ length: 100_000 }, () => row) });
    expect(grid).toHaveAttribute('aria-rowcount', '100001');
    expect(grid).toHaveAttribute('aria-colcount', '51');
    expect(within(grid).getAllByRole('gridcell').length).toBeLessThan(800);
  });

  test('says that there are no rows', () => {
    result({ rows: [] });
    expect(screen.getByTestId('result-none')).toBeVisible();
  });
});

describe('the viewer', () => {
  test('lays JSON out with every digit, folds it, and gives the focus back', async () => {
    const { user, grid } = result();
    await user.keyboard('{ArrowRight}{ArrowRight}{Enter}');
    const tree = await screen.findByTestId('value-content');
    expect(tree).toHaveFocus();
    expect(tree).toHaveTextContent('"b": 12345678901234567890');
    await user.keyboard('{ArrowDown}{ArrowLeft}');
    expect(tree).not.toHaveTextContent('12345678901234567890');
    expect(within(tree).getAllByRole('treeitem')[1]).toHaveAttribute('aria-expanded', 'false');
    await user.type(screen.getByTestId('value-search'), '90123{Enter}');
    expect(screen.getByTestId('value-matches')).toHaveTextContent('1 of 1');
    expect(tree).toHaveTextContent('12345678901234567890');
    await user.keyboard('{Escape}');
    await vi.waitFor(() => expect(grid).toHaveFocus());
    expect(current(grid)).toHaveAttribute('data-column', '2');
  });

  test('says what is no text, and copies the value as it is', async () => {
    const { user, grid, copied } = result();
    await user.keyboard('{ArrowDown}{ArrowRight}{Enter}');
    expect(await screen.findByTestId('value-empty')).toHaveTextContent('NULL: there is no value.');
    await user.keyboard('{Escape}');
    await vi.waitFor(() => expect(grid).toHaveFocus());
    await user.keyboard('{ArrowUp}{Enter}');
    await user.click(await screen.findByTestId('value-copy'));
    await screen.findByText('Copied.');
    expect(lastCopied(copied)).toBe('NULL');
  });

  test('draws ten megabytes of text in parts', async () => {
    const { user } = result({ rows: [['1', 'x'.repeat(10_000_000), null]] });
    expect(screen.getByTestId('result-grid').textContent?.length).toBeLessThan(1000);
    await user.keyboard('{ArrowRight}{Enter}');
    const content = await screen.findByTestId('value-content');
    expect(content.textContent?.length).toBeGreaterThan(1000);
    expect(content.textContent?.length).toBeLessThan(100_000);
  });
});

describe('the comparison', () => {
  const row = ['1', 'a', null];
  const other = ['1', 'b', null];
  const props = {
    columns: COLUMNS,
    left: 2,
    right: 1,
    only_left: [ROWS[0] ?? []],
    only_right: [],
    different: [{ key: ['1'], left: row, right: other, cells: [1] }],
    labels: { left: 'dev', right: 'stg' },
  };
  test('shows both lines of what differs, marked, and what one side only has', async () => {
    render(<CompareGrid {...props} />);
    const grid = screen.getByTestId('compare-grid');
    expect(column(grid, -1)).toEqual(['dev', 'stg', 'only dev']);
    const marked = [...grid.querySelectorAll('[data-marked]')];
    expect(marked.map((cell) => cell.getAttribute('aria-label'))).toEqual(['a, different', 'b, different']);
    const user = userEvent.setup();
    await user.click(screen.getByTestId('compared-left'));
    expect(column(screen.getByTestId('compare-grid'), -1)).toEqual(['only dev']);
    await user.click(screen.getByTestId('compared-right'));
    expect(screen.getByTestId('compared-none')).toHaveTextContent('No rows of this kind.');
  });
  test('says that nothing differs', () => {
    render(<CompareGrid {...props} only_left={[]} different={[]} />);
    expect(screen.getByTestId('compared-none')).toHaveTextContent('Both results have the same rows.');
  });
  test('copies whole rows with where they are from', async () => {
    const user = userEvent.setup();
    render(<CompareGrid {...props} />);
    const copied = vi.spyOn(navigator.clipboard, 'writeText');
    await user.click(screen.getByTestId('result-copy'));
    await user.click(await screen.findByTestId('menu-copy-csv'));
    await vi.waitFor(() =>
      expect(lastCopied(copied)).toMatch(/^Where,id,name,doc\r\ndev,1,a,\r\nstg,1,b,\r\nonly dev,/),
    );
  });
});
