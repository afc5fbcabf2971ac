import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { UrlEdit } from '../../bindings/UrlEdit';
import { fakeEdit, fakeInspect } from '../../platform/fake-url';
import { applyChanges, EditorSession } from './session';

const model = {
  inspect: vi.fn(async (text: string) => fakeInspect(text, 'postgresql')),
  edit: vi.fn(async (text: string, edit: UrlEdit) => fakeEdit(text, edit)),
  complete: vi.fn(async () => ({ start: 0, end: 0, items: [] })),
};
const open = (text: string) => new EditorSession(model, text, 'postgresql://localhost');

beforeEach(() => {
  vi.useFakeTimers();
  model.inspect.mockClear();
  model.edit.mockClear();
});
afterEach(() => vi.useRealTimers());

describe('changes', () => {
  test('refer to the text before any of them', () =>
    expect(
      applyChanges('abcdef', [
        { start: 0, end: 1, insert: 'XX' },
        { start: 4, end: 6, insert: '' },
      ]),
    ).toBe('XXbcd'));
  test('count in UTF-16 units', () =>
    expect(applyChanges('mysql://😀@h/d', [{ start: 8, end: 10, insert: 'u' }])).toBe('mysql://u@h/d'));
});

describe('typing', () => {
  test('asks once for a burst, and drops the answer to an older text', async () => {
    const session = open('postgresql://a/b');
    await vi.advanceTimersByTimeAsync(0);
    model.inspect.mockClear();
    session.setText('postgresql://h');
    session.setText('postgresql://ho');
    session.setText('postgresql://host/d');
    await vi.advanceTimersByTimeAsync(40);
    expect(model.inspect).toHaveBeenCalledTimes(1);
    expect(session.get().inspection?.database).toBe('d');

    let answer: (value: ReturnType<typeof fakeInspect>) => void = () => undefined;
    model.inspect.mockImplementationOnce(
      () =>
        new Promise((done) => {
          answer = done;
        }),
    );
    session.setText('postgresql://slow/x');
    await vi.advanceTimersByTimeAsync(40);
    session.setText('postgresql://quick/y');
    await vi.advanceTimersByTimeAsync(40);
    answer(fakeInspect('postgresql://slow/x', 'postgresql'));
    await vi.advanceTimersByTimeAsync(0);
    expect(session.get().inspection?.database).toBe('y');
  });
});

describe('the form', () => {
  test('edits the text and leaves the rest byte for byte', async () => {
    const session = open('postgresql://app:***@h:5432/d?application_name=a%20b');
    await session.edit({ kind: 'database', value: 'orders' });
    expect(session.get().text).toBe('postgresql://app:***@h:5432/orders?application_name=a%20b');
  });
  test('edits follow one another', async () => {
    const session = open('postgresql://h/d');
    await Promise.all([
      session.edit({ kind: 'user', value: 'u' }),
      session.edit({ kind: 'option', name: 'sslmode', value: 'require' }),
      session.edit({ kind: 'hosts', hosts: [{ host: 'x', port: '1', socket: null }] }),
    ]);
    expect(session.get().text).toBe('postgresql://u@x:1/d?sslmode=require');
  });
  test('an edit asked before a keystroke is asked again after it', async () => {
    const session = open('postgresql://h/d');
    const editing = session.edit({ kind: 'user', value: 'u' });
    session.setText('postgresql://other/d');
    await editing;
    expect(session.get().text).toBe('postgresql://u@other/d');
  });
  test('an empty text starts from the engine’s scheme', async () => {
    const session = open('');
    await session.edit({ kind: 'hosts', hosts: [{ host: 'db', port: null, socket: null }] });
    expect(session.get().text).toBe('postgresql://db');
  });
});

describe('secrets', () => {
  test('a password typed in its field never enters the text', async () => {
    const session = open('postgresql://app@h/d');
    await session.setSecret('password', 'p4ss');
    expect(session.get().text).toBe('postgresql://app:***@h/d');
    expect(session.liveSecrets()).toEqual({ password: 'p4ss' });
    expect(session.dirty).toBe(true);
  });
  test('typing more of it edits the text no further', async () => {
    const session = open('postgresql://app:***@h/d');
    await vi.advanceTimersByTimeAsync(0);
    await session.setSecret('password', 'p');
    await session.setSecret('password', 'p4');
    expect(model.edit).not.toHaveBeenCalled();
    expect(session.liveSecrets()).toEqual({ password: 'p4' });
  });
  test('one whose place is gone is not sent', async () => {
    const session = open('postgresql://app@h/d');
    await session.setSecret('password', 'p4ss');
    await session.edit({ kind: 'password_mask', present: false });
    expect(session.liveSecrets()).toEqual({});
  });
  test('a secret option gets its own slot', async () => {
    const session = open('postgresql://h/d');
    await session.setSecret('option:sslpassword', 'key');
    expect(session.get().text).toBe('postgresql://h/d?sslpassword=***');
    expect(session.liveSecrets()).toEqual({ 'option:sslpassword': 'key' });
  });
  test('are forgotten after a save', async () => {
    const session = open('postgresql://app@h/d');
    await session.setSecret('password', 'p4ss');
    session.reset('postgresql://app:***@h/d');
    await vi.advanceTimersByTimeAsync(0);
    expect(session.get().secrets).toEqual({});
    expect(session.dirty).toBe(false);
  });
});

describe('repairs', () => {
  test('are made in the text that was inspected', async () => {
    const text = 'DATABASE_URL="postgresql://u@h/db"';
    const session = open(text);
    await session.inspectNow();
    const repair = session.get().inspection?.error?.repair;
    expect(repair?.label).toBe('Keep the URL only');
    session.repair(repair?.changes ?? []);
    expect(session.get().text).toBe('postgresql://u@h/db');
  });

  test('of an older text are dropped', async () => {
    const session = open('DATABASE_URL="postgresql://u@h/db"');
    await session.inspectNow();
    const changes = session.get().inspection?.error?.repair?.changes ?? [];
    session.setText('postgresql://other/db');
    session.repair(changes);
    expect(session.get().text).toBe('postgresql://other/db');
  });
});
