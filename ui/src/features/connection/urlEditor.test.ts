import { CompletionContext } from '@codemirror/autocomplete';
import { EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { afterEach, describe, expect, test } from 'vitest';
import { ENGINES } from '../../platform/fake-data';
import { fakeComplete, fakeInspect } from '../../platform/fake-url';
import { guessSecrets } from './masking';
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
      extensions: urlExtensions({
        label: 'URL',
        testId: 'url',
        complete,
        onText: () => undefined,
        onRepair: (changes) =>
          view.dispatch({
            changes: changes.map(({ start, end, insert }) => ({ from: start, to: end, insert })),
          }),
      }),
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
  test('are dots in a line that does not parse', () => {
    open('export URL="postgresql://app:hunter2@h/d"');
    inspect();
    expect(shown()).not.toContain('hunter2');
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
  ['postgresql://u:p@h/d', ['p']],
  ['postgresql://u:p@ss@h/d', ['p@ss']],
  ['mysql://u:a/b@h/d?password=x', ['a/b', 'x']],
  ['postgresql://u:***@h/d', []],
  ['postgresql://u:$Secret{K}@h', []],
  ['host=h password=abc', ['abc']],
  ['export URL="postgresql://u:p@h/d"', ['p']],
  ['postgresql://h:5432/d', []],
])('what is hidden of %s before the engine has read it: %j', (url, hidden) =>
  expect(guessSecrets(url).map(({ start, end }) => url.slice(start, end))).toEqual(hidden),
);

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

describe('problems by keyboard', () => {
  const press = (key: string, rest: KeyboardEventInit = {}) => {
    const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...rest });
    view.contentDOM.dispatchEvent(event);
  };
  const head = () => view.state.selection.main.head;
  const tip = (id: string) => view.dom.querySelector(`[data-testid="${id}"]`);
  const said = () => view.dom.querySelector('.cm-announced')?.textContent ?? '';
  /** A hint at its scheme, a warning at its option. */
  const TWO = 'postgres://h/d?ssl=1';

  test('F8 goes from one to the next and round, Shift F8 back, and each is said', () => {
    open(TWO);
    inspect();
    press('F8');
    expect(head()).toBe(0);
    expect(tip('url-problem')).toHaveTextContent('Hint postgresql:// is the usual spelling.');
    expect(said()).toContain('Hint, 1 of 2.');
    press('F8');
    expect(head()).toBe(TWO.indexOf('ssl'));
    expect(said()).toContain('Warning, 2 of 2. Use tls in place of ssl.');
    press('F8');
    expect(head()).toBe(0);
    press('F8', { shiftKey: true });
    expect(head()).toBe(TWO.indexOf('ssl'));
    press('Escape');
    expect(tip('url-problem')).toBeNull();
  });

  test('the cursor stops before a hidden password, not in it', () => {
    open('postgresql://app:hunter@2@h/d');
    inspect();
    press('F8');
    expect(head()).toBe('postgresql://app:'.length);
  });

  test('a repair is shown, and made only by Enter', () => {
    open('export URL="postgresql://app:hunter2@h/d"');
    inspect();
    press('.', { ctrlKey: true });
    expect(tip('url-repairs')).toHaveTextContent('Keep the URL only');
    expect(tip('url-repair-preview')).toHaveTextContent('postgresql://app:***@h/d');
    const active = view.contentDOM.getAttribute('aria-activedescendant') ?? '';
    expect(document.getElementById(active)).toHaveAttribute('aria-selected', 'true');
    press('Escape');
    expect(tip('url-repairs')).toBeNull();
    expect(view.state.doc.toString()).toContain('export');
    press('Enter', { altKey: true });
    press('Enter');
    expect(view.state.doc.toString()).toBe('postgresql://app:hunter2@h/d');
    expect(said()).toContain('Done: Keep the URL only.');
  });

  test('read again with the same result, what is open stays open', () => {
    open(TWO);
    inspect();
    press('F8');
    inspect();
    expect(tip('url-problem')).not.toBeNull();
    view.dispatch({ effects: setInspection.of(fakeInspect('postgresql://h/d', null)) });
    expect(tip('url-problem')).toBeNull();
  });

  test('what was read of an older text is offered no more: a key waits until the text is read', async () => {
    open('export URL="postgresql://h/d"');
    inspect();
    view.dispatch({ changes: { from: 0, insert: ' ' } });
    press('.', { ctrlKey: true });
    expect(tip('url-repairs')).toBeNull();
    expect(said()).toBe('');
    inspect();
    await Promise.resolve();
    expect(tip('url-repairs')).not.toBeNull();
    press('Escape');
    view.dispatch({ changes: { from: 0, insert: ' ' } });
    press('F8');
    inspect();
    await Promise.resolve();
    expect(tip('url-problem')).not.toBeNull();
  });

  test('the list goes when the string is left', () => {
    open('export URL="postgresql://h/d"');
    inspect();
    press('.', { ctrlKey: true });
    view.contentDOM.dispatchEvent(new FocusEvent('blur'));
    expect(tip('url-repairs')).toBeNull();
  });
});
