import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { UrlEdit } from '../../bindings/UrlEdit';
import { fakeEdit, fakeInspect } from '../../platform/fake-url';
import { applyChanges, EditorSession } from './session';

const model = {
  inspect: vi.fn(async (text: string) => fakeInspect(text, 'postgresql')),
  edit: vi.fn(async (text: string, edit: UrlEdit) => fakeEdit(text, edit)),
  complete: vi.fn(async () => ({ start: 0, end: 0, items: [] })),
};
const open = (text: string) => new EditorSession(model, text, () => 'postgresql://localhost');

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

describe('undo', () => {
  const text = (session: EditorSession) => session.get().text;

  test('takes back what was typed in the string and in the form, in the order in which it was done', async () => {
    const session = open('postgresql://h/d');
    session.setText('postgresql://h/orders');
    await session.edit({ kind: 'user', value: 'ada' }, 'user');
    session.setText('postgresql://ada@h/orders?x=1');
    await session.edit({ kind: 'database', value: 'people' }, 'database');
    expect(text(session)).toBe('postgresql://ada@h/people?x=1');
    for (const expected of [
      'postgresql://ada@h/orders?x=1',
      'postgresql://ada@h/orders',
      'postgresql://h/orders',
      'postgresql://h/d',
      'postgresql://h/d',
    ]) {
      await session.undo();
      expect(text(session)).toBe(expected);
    }
    expect(session.canUndo).toBe(false);
    for (let turn = 0; turn < 4; turn += 1) await session.redo();
    expect(text(session)).toBe('postgresql://ada@h/people?x=1');
    expect(session.canRedo).toBe(false);
  });

  test('takes typing in one field as one step, until the field is left', async () => {
    const session = open('postgresql://h/d');
    for (const value of ['a', 'ad', 'ada']) await session.edit({ kind: 'user', value }, 'user');
    session.endStep();
    for (const value of ['adam', 'adams']) await session.edit({ kind: 'user', value }, 'user');
    expect(text(session)).toBe('postgresql://adams@h/d');
    await session.undo();
    expect(text(session)).toBe('postgresql://ada@h/d');
    await session.undo();
    expect(text(session)).toBe('postgresql://h/d');
  });

  test('takes keystrokes in the string as one step, a pause or a paste as another', async () => {
    const session = open('postgresql://h/');
    for (const typed of ['o', 'or', 'ord']) session.setText(`postgresql://h/${typed}`);
    await vi.advanceTimersByTimeAsync(600);
    for (const typed of ['orde', 'order']) session.setText(`postgresql://h/${typed}`);
    session.setText('postgresql://h/order?application_name=pasted');
    const seen: string[] = [];
    while (session.canUndo) {
      await session.undo();
      seen.push(text(session));
    }
    expect(seen).toEqual(['postgresql://h/order', 'postgresql://h/ord', 'postgresql://h/']);
  });

  test('is lost by a change that follows it', async () => {
    const session = open('postgresql://h/d');
    await session.edit({ kind: 'user', value: 'ada' });
    await session.undo();
    expect(session.canRedo).toBe(true);
    session.setText('postgresql://h/e');
    expect(session.canRedo).toBe(false);
  });

  test('takes a secret back with its mask', async () => {
    const session = open('postgresql://app@h/d');
    await vi.advanceTimersByTimeAsync(0);
    for (const value of ['p', 'p4', 'p4ss']) await session.setSecret('password', value);
    expect(session.liveSecrets()).toEqual({ password: 'p4ss' });
    await session.undo();
    expect(text(session)).toBe('postgresql://app@h/d');
    expect(session.get().secrets).toEqual({});
    expect(session.canUndo).toBe(false);
    await session.redo();
    expect(text(session)).toBe('postgresql://app:***@h/d');
    expect(session.liveSecrets()).toEqual({ password: 'p4ss' });
  });

  test('brings back what was discarded, and knows nothing of what was saved', async () => {
    const session = open('postgresql://h/d');
    session.setText('postgresql://app:hunter2@h/d');
    session.discard('postgresql://h/d');
    expect(text(session)).toBe('postgresql://h/d');
    await session.undo();
    expect(text(session)).toBe('postgresql://app:hunter2@h/d');
    session.reset('postgresql://app:***@h/d');
    expect(session.canUndo).toBe(false);
    await session.undo();
    expect(text(session)).toBe('postgresql://app:***@h/d');
    expect(JSON.stringify(session)).not.toContain('hunter2');
  });

  test('gives the editor the least change, so that its cursor stays', async () => {
    const session = open('postgresql://h/d');
    const applied: unknown[] = [];
    session.applyTo = (changes) => {
      applied.push(changes);
      session.setText(applyChanges(session.get().text, changes));
    };
    await session.edit({ kind: 'user', value: 'ada' });
    await session.undo();
    expect(applied).toEqual([[{ start: 13, end: 13, insert: 'ada@' }], [{ start: 13, end: 17, insert: '' }]]);
    expect(session.canUndo).toBe(false);
  });
});

describe('typing in one field', () => {
  test('leaves an option at its place and under its spelling, also when it is emptied in between', async () => {
    const session = open('mysql://h/d?sslMode=REQUIRED&charset=utf8');
    const field = 'option:sslmode';
    await session.edit({ kind: 'option', name: 'sslMode', value: null }, field);
    expect(session.get().text).toBe('mysql://h/d?charset=utf8');
    await session.edit({ kind: 'option', name: 'ssl-mode', value: 'DISABLED' }, field);
    expect(session.get().text).toBe('mysql://h/d?sslMode=DISABLED&charset=utf8');
  });

  test('goes on from a text that it made unreadable', async () => {
    const session = open('postgresql://h:5432/d');
    const hosts = (port: string) => ({
      kind: 'hosts' as const,
      hosts: [{ host: 'h', port, socket: null }],
    });
    await session.edit(hosts('54x'), 'port-0');
    expect(session.get().inspection?.valid).toBe(false);
    expect(session.get().readable?.database).toBe('d');
    session.endStep();
    await session.edit(hosts('54'), 'port-0');
    expect(session.get().text).toBe('postgresql://h:54/d');
    await session.undo();
    expect(session.get().text).toBe('postgresql://h:5432/d');
  });

  test('of a secret option is told by its slot, however it is spelled', async () => {
    const session = open('postgresql://h/d');
    await session.setSecret('option:sslKeyPassword', 'key');
    expect(session.get().text).toBe('postgresql://h/d?sslKeyPassword=***');
    expect(session.liveSecrets()).toEqual({ 'option:sslkeypassword': 'key' });
    expect(session.secret('option:ssl-key-password')).toBe('key');
  });
});

test('secrets of a text that can’t be read are hidden too', async () => {
  const session = open('postgresql://app:pa@ss@h/d');
  const inspection = await session.inspectNow();
  expect(inspection?.valid).toBe(false);
  expect(inspection?.secret_spans).toMatchObject([{ start: 17, end: 22, state: 'typed' }]);
});
