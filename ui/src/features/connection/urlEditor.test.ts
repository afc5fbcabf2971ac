import { CompletionContext } from '@codemirror/autocomplete';
import { EditorState } from '@codemirror/state';
import { EditorView, placeholder } from '@codemirror/view';
import { afterEach, describe, expect, test } from 'vitest';
import { ENGINES } from '../../platform/fake-data';
import { fakeComplete, fakeInspect } from '../../platform/fake-url';
import { maskPasswords } from './masking';
import { type CompleteUrl, completionSource } from './urlCompletion';
import { copyable, urlExtensions } from './urlEditor';
import { setInspection, setRevealed } from './urlEffects';

let view: EditorView;
const complete: CompleteUrl = async (text, offset) => fakeComplete(text, ENGINES[0]?.options ?? [], offset);
function open(doc: string): EditorView {
  view = new EditorView({
    parent: document.body,
    state: EditorState.create({
      doc,
      extensions: urlExtensions('URL', () => undefined, complete, placeholder('')),
    }),
  });
  return view;
}
const inspect = () =>
  view.dispatch({ effects: setInspection.of(fakeInspect(view.state.doc.toString(), null)) });
const shown = () => view.contentDOM.textContent ?? '';
afterEach(() => view.destroy());

describe('secrets in the string', () => {
  test('are dots before the engine has answered', () => {
    open('postgresql://app:hunter2@h/d');
    expect(shown()).not.toContain('hunter2');
  });
  test('are dots after it has', () => {
    open('postgresql://app:hunter2@h/d?sslpassword=k3y');
    inspect();
    expect(shown()).toBe('postgresql://app:••••••••@h/d?sslpassword=••••••••');
  });
  test('stay hidden while typed on', () => {
    open('postgresql://app:hunter2@h/d');
    inspect();
    view.dispatch({ changes: { from: 24, insert: 'Z' } });
    expect(shown()).not.toContain('Z');
  });
  test('show once revealed, those of the keyring by their value, and hide again', () => {
    open('postgresql://app:***@h/d');
    inspect();
    view.dispatch({ effects: setRevealed.of({ password: 'real' }) });
    expect(shown()).toBe('postgresql://app:real@h/d');
    expect(view.state.doc.toString()).toBe('postgresql://app:***@h/d');
    view.dispatch({ effects: setRevealed.of(null) });
    expect(shown()).not.toContain('real');
  });
  test('a reference is no secret', () => {
    open('postgresql://app:$Secret{KEY}@h/d');
    inspect();
    expect(shown()).toBe('postgresql://app:$Secret{KEY}@h/d');
  });
  test('leave by copy as three stars', () => {
    open('postgresql://app:hunter2@h/d');
    inspect();
    view.dispatch({ selection: { anchor: 0, head: view.state.doc.length } });
    expect(copyable(view.state)).toBe('postgresql://app:***@h/d');
    view.dispatch({ selection: { anchor: 19, head: 26 } });
    expect(copyable(view.state)).not.toContain('unter');
  });
});

test('a pasted line end does not stay', () => {
  open('');
  view.dispatch({ changes: { from: 0, insert: 'postgresql://h\n/d\n' } });
  expect(view.state.doc.toString()).toBe('postgresql://h/d');
});

test('an error is underlined at its place', () => {
  open('postgresql://h:port/d');
  inspect();
  expect(view.contentDOM.querySelector('.error')?.textContent).toBe('h:port');
});

test.each([
  ['postgresql://u:p@h/d', 'postgresql://u:••••••••@h/d'],
  ['postgresql://u:p@ss@h/d', 'postgresql://u:••••••••@h/d'],
  ['mysql://u:a/b@h/d?password=x', 'mysql://u:••••••••@h/d?password=••••••••'],
  ['postgresql://u:***@h/d', 'postgresql://u:***@h/d'],
  ['postgresql://u:$Secret{K}@h', 'postgresql://u:$Secret{K}@h'],
  ['host=h password=abc', 'host=h password=••••••••'],
])('%s shows as %s', (url, masked) => expect(maskPasswords(url)).toBe(masked));

describe('completion', () => {
  const at = (doc: string, explicit = false) => {
    const state = EditorState.create({ doc });
    return completionSource(complete)(new CompletionContext(state, doc.length, explicit));
  };

  test('offers the options that are being typed, and their values', async () => {
    const names = await at('postgresql://h/db?ssl');
    expect(names?.options.map((option) => option.label)).toContain('sslmode');
    const values = await at('postgresql://h/db?sslmode=ver');
    expect(values?.options.map((option) => option.label)).toEqual(['verify-ca', 'verify-full']);
    expect(values?.from).toBe('postgresql://h/db?sslmode='.length);
  });

  test('does not open by itself where a host or a password is typed', async () => {
    expect(await at('postgresql://u:s3cr3t')).toBeNull();
    expect(await at('postgresql://localh')).toBeNull();
  });
});

test('pieces have the colours of what they are, and keep them while something is typed before them', () => {
  open('postgresql://u@h/db');
  inspect();
  const host = () => view.contentDOM.querySelector('[class*="tokenHost"]')?.textContent;
  expect(host()).toBe('h');
  view.dispatch({ changes: { from: 13, insert: 'x' } });
  expect(host()).toBe('h');
});
