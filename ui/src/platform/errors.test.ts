import { expect, test } from 'vitest';
import { faultsByField } from '../design/forms';
import { ago, duration, plain } from '../design/text';
import { asAppError, conflictOf, faultsOf } from './errors';

test('faults keep their fields, the first of each', () => {
  const faults = [
    { field: 'tag', code: 'taken', message: 'Taken.' },
    { field: 'tag', code: 'format', message: 'Bad.' },
    { field: 'envs[0].connection_url', code: 'x', message: 'No host.' },
  ];
  expect(
    faultsByField(faultsOf({ code: 'validation', message: '', detail: { faults }, retryable: false })),
  ).toEqual({
    tag: 'Taken.',
    'envs[0].connection_url': 'No host.',
  });
});

test('what is no AppError becomes one', () => {
  expect(asAppError('ipc failed')).toMatchObject({ code: 'internal', message: 'ipc failed' });
  expect(asAppError(new Error('boom')).message).toBe('boom');
});

test('a conflict is one only with its changes', () => {
  expect(conflictOf({ code: 'conflict', message: '', detail: {}, retryable: false })).toBeNull();
  expect(
    conflictOf({ code: 'conflict', message: '', detail: { revision: 2, changes: [] }, retryable: false })
      ?.revision,
  ).toBe(2);
});

test('text from elsewhere can’t turn itself round', () => {
  expect(plain('safe\u202egnp.exe\u0000\u2066')).toBe('safegnp.exe');
  expect(plain('فار\u200cسی')).toContain('\u200c');
});

test('durations have few digits', () => {
  expect([0.4, 4.2, 999, 1234, 12_345].map(duration)).toEqual(['<1 ms', '4 ms', '999 ms', '1.2 s', '12 s']);
  expect(ago('2026-01-01T00:00:00Z', Date.parse('2026-01-01T00:05:00Z'))).toBe('5 minutes ago');
});
