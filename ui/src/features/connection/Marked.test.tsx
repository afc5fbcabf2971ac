import { render, screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { differing, Marked } from './Marked';

test.each([
  ['stg-db.internal', 'prd-db.internal', 'stg'],
  ['orders', 'orders2', ''],
  ['orders2', 'orders', '2'],
  ['aa', 'a', 'a'],
  ['same', 'same', ''],
])('%s differs from %s in “%s”', (text, other, piece) => {
  const { start, end } = differing(text, other);
  expect(text.slice(start, end)).toBe(piece);
});

test('ranges stand out, in any order and also where one is within another', () => {
  render(
    <Marked
      text="dev.db/dev"
      ranges={[
        { start: 7, end: 10 },
        { start: 0, end: 3 },
        { start: 1, end: 2 },
      ]}
      testId="text"
    />,
  );
  const text = screen.getByTestId('text');
  expect(text).toHaveTextContent('dev.db/dev');
  expect([...text.querySelectorAll('mark')].map((mark) => mark.textContent)).toEqual(['dev', 'dev']);
});

test('what could pass for something else is taken out', () => {
  render(<Marked text={'a\u202eb'} ranges={[]} testId="text" />);
  expect(screen.getByTestId('text').textContent).toBe('ab');
});
