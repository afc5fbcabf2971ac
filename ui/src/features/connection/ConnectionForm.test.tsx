import { EditorView } from '@codemirror/view';
import { QueryClientProvider } from '@tanstack/react-query';
import { act, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { queries } from '../../app/queries';
import type { EngineInfo } from '../../bindings/EngineInfo';
import type { UrlEdit } from '../../bindings/UrlEdit';
import { platform } from '../../platform';
import { ENGINES } from '../../platform/fake-data';
import { fakeEdit, fakeInspect } from '../../platform/fake-url';
import { ConnectionForm } from './ConnectionForm';
import { EditorSession } from './session';
import { UrlString } from './UrlString';
import { listenForUndo } from './undoKeys';

const model = (type: string) => ({
  inspect: async (text: string) => fakeInspect(text, type),
  edit: vi.fn(async (text: string, edit: UrlEdit) => {
    const inspection = fakeInspect(text, type);
    if (!inspection.valid)
      throw { code: 'invalid_url', message: inspection.error?.message ?? '', retryable: false };
    return fakeEdit(text, edit);
  }),
  complete: async () => ({ start: 0, end: 0, items: [] }),
});

async function show(text: string) {
  const scheme = text.slice(0, text.indexOf(':'));
  const engine = ENGINES.find(({ schemes }) => schemes.includes(scheme)) as EngineInfo;
  const session = new EditorSession(model(engine.type), text, () => `${scheme}://localhost`, 0);
  await session.inspectNow();
  const user = userEvent.setup();
  render(
    <div ref={(element) => (element ? listenForUndo(element, session) : undefined)}>
      <UrlString session={session} example="" invalid={false} revealed={null} autoFocus={false} />
      <QueryClientProvider client={queries}>
        <ConnectionForm session={session} engine={engine} />
      </QueryClientProvider>
      <input data-testid="elsewhere" />
    </div>,
  );
  const says = (expected: string) => waitFor(() => expect(session.get().text).toBe(expected));
  return { session, user, says };
}

const id = (name: string) => screen.getByTestId(name);
const choose = async (user: ReturnType<typeof userEvent.setup>, select: string, label: string | RegExp) => {
  await user.click(id(select));
  await user.click(await screen.findByRole('option', { name: label }));
};
const string = () => EditorView.findFromDOM(id('url-string')) as EditorView;
const retype = (text: string) =>
  act(() => {
    const { state } = string();
    string().dispatch({ changes: { from: 0, to: state.doc.length, insert: text }, userEvent: 'input.paste' });
  });

afterEach(() => vi.restoreAllMocks());

describe('sections', () => {
  test('closed, sum up what is set; open, offer the rest', async () => {
    const { user } = await show('postgresql://h/d?connect_timeout=5&application_name=shop');
    expect(id('option-connect_timeout')).toHaveValue('5');
    expect(screen.queryByTestId('option-tcp_user_timeout')).toBeNull();
    await user.click(id('section-timeouts-more'));
    expect(id('option-tcp_user_timeout')).toHaveAttribute('placeholder', '0');
    await user.click(id('section-timeouts-toggle'));
    expect(screen.queryByTestId('option-connect_timeout')).toBeNull();
    expect(id('section-timeouts-toggle')).toHaveAttribute('aria-expanded', 'false');
    expect(id('section-timeouts-summary')).toHaveTextContent('connect_timeout=5');
    await user.click(id('section-servers-toggle'));
    expect(id('option-load_balance_hosts')).toBeVisible();
  });

  test('say what an option does to whoever asks, and always to a screen reader', async () => {
    const { user } = await show('postgresql://h/d?connect_timeout=5');
    const field = id('option-connect_timeout');
    expect(field).toHaveAccessibleName('connect_timeout, seconds');
    expect(field).toHaveAccessibleDescription(/How long to wait for each host.*At least 0/);
    expect(screen.queryByText(/How long to wait for each host/)).not.toBeVisible();
    id('option-connect_timeout-about').focus();
    await user.keyboard('{Enter}');
    expect(screen.getByText(/How long to wait for each host/)).toBeVisible();
    expect(id('tls-field')).toHaveAccessibleDescription(/Only verify-full checks/);
  });

  test('choose by the kind of the option', async () => {
    const { user, says } = await show('postgresql://h/d');
    await choose(user, 'tls-field', 'verify-full');
    await says('postgresql://h/d?sslmode=verify-full');
    await choose(user, 'tls-field', 'Not set (prefer)');
    await says('postgresql://h/d');
    await user.click(id('section-timeouts-toggle'));
    await user.type(id('option-connect_timeout'), '5s');
    expect(id('option-connect_timeout')).toHaveAccessibleDescription(/Type a whole number/);
    await user.keyboard('{Backspace}0');
    await says('postgresql://h/d?connect_timeout=50');
    expect(id('option-connect_timeout')).toBeValid();
  });

  test('take a file from the system’s dialog', async () => {
    const { user, says } = await show('postgresql://h/d');
    const asked = vi
      .spyOn(platform, 'fileChoose')
      .mockResolvedValueOnce('/c/root.crt')
      .mockResolvedValueOnce(null);
    await user.click(id('section-tls-more'));
    await user.click(id('option-sslrootcert-choose'));
    await says('postgresql://h/d?sslrootcert=/c/root.crt');
    await user.click(id('option-sslcrldir-choose'));
    expect(asked.mock.calls).toEqual([[false], [true]]);
    await says('postgresql://h/d?sslrootcert=/c/root.crt');
  });

  test('keep a secret option out of the string', async () => {
    const { user, says, session } = await show('mongodb://h/d');
    await user.click(id('section-tls-more'));
    await user.type(id('option-tlsCertificateKeyFilePassword'), 'k3y');
    await says('mongodb://h/d?tlsCertificateKeyFilePassword=***');
    expect(session.liveSecrets()).toEqual({ 'option:tlscertificatekeyfilepassword': 'k3y' });
    await user.click(id('option-tlsCertificateKeyFilePassword-remove'));
    await says('mongodb://h/d');
    expect(session.liveSecrets()).toEqual({});
  });

  test('edit an option under the spelling that it has', async () => {
    const { user, says } = await show('mysql://h/d?sslMode=REQUIRED&connect_timeout=3');
    await choose(user, 'tls-field', 'DISABLED');
    await says('mysql://h/d?sslMode=DISABLED&connect_timeout=3');
    await user.clear(id('option-connect-timeout'));
    await says('mysql://h/d?sslMode=DISABLED');
    expect(id('option-connect-timeout')).toHaveFocus();
    await user.type(id('option-connect-timeout'), '7');
    await says('mysql://h/d?sslMode=DISABLED&connect_timeout=7');
  });

  test('filter what is set where that is much', async () => {
    const many = 'a=1&b=2&c=3&d=4&e=5&f=6&g=7&connect_timeout=8';
    const { user } = await show(`postgresql://h/d?${many}`);
    expect(screen.queryByTestId('option-filter')).toBeNull();
    retype(`postgresql://h/d?${many}&h=9`);
    await user.type(await screen.findByTestId('option-filter'), 'timeout');
    expect(id('option-connect_timeout')).toBeVisible();
    expect(screen.queryByTestId('option-a')).toBeNull();
  });
});

describe('adding an option', () => {
  test('finds it by what it does, and goes to its value', async () => {
    const { user, says } = await show('postgresql://h/d');
    await user.type(id('option-add'), 'quiet or unanswered{ArrowDown}');
    expect(screen.queryAllByRole('option')).toEqual([]);
    await user.clear(id('option-add'));
    await user.type(id('option-add'), 'unanswered');
    expect(
      await screen.findByRole('option', { name: /tcp_user_timeout.*How long sent data may stay/ }),
    ).toBeVisible();
    await user.keyboard('{ArrowDown}{Enter}');
    await waitFor(() => expect(id('option-tcp_user_timeout')).toHaveFocus());
    await says('postgresql://h/d');
    await user.keyboard('90');
    await says('postgresql://h/d?tcp_user_timeout=90');
    expect(id('option-add')).toHaveValue('');
  });

  test('takes a name that is not known as it is typed', async () => {
    const { user, says } = await show('postgresql://h/d');
    await user.type(id('option-add'), 'my.Setting');
    await user.click(await screen.findByRole('option', { name: /Add “my.Setting” as typed/ }));
    await waitFor(() => expect(id('option-my.Setting')).toHaveFocus());
    await user.keyboard('on');
    await says('postgresql://h/d?my.Setting=on');
  });

  test('is given up by Escape, which leaves the editor as it is', async () => {
    const { user } = await show('postgresql://h/d');
    const left: boolean[] = [];
    document.body.addEventListener('keydown', (event) => left.push(event.defaultPrevented), { once: true });
    await user.type(id('option-add'), 'ssl');
    document.body.addEventListener('keydown', (event) => left.push(event.defaultPrevented), { once: true });
    await user.keyboard('{Escape}');
    expect(left).toEqual([false, true]);
    expect(id('option-add')).toHaveValue('');
    expect(screen.queryAllByRole('option')).toEqual([]);
  });

  test('of one that is set goes to it', async () => {
    const { user } = await show('postgresql://h/d?sslmode=require');
    await user.click(id('section-tls-toggle'));
    await user.type(id('option-add'), 'SSLMODE');
    await user.click(await screen.findByRole('option', { name: /^sslmode/ }));
    await waitFor(() => expect(id('tls-field')).toHaveFocus());
  });
});

describe('signing in', () => {
  test('asks for what the way needs, and hides what it does not take', async () => {
    const { user, says } = await show('mongodb://h/d');
    await choose(user, 'auth-mechanism', /SCRAM-SHA-256/);
    await says('mongodb://h/d?authMechanism=SCRAM-SHA-256');
    await waitFor(() => expect(id('user-field')).toHaveAccessibleDescription(/needs it/));
    expect(id('password-field')).toHaveAccessibleDescription(/needs it/);
    expect(id('option-authSource')).toBeVisible();
    await choose(user, 'auth-mechanism', /X\.509/);
    await waitFor(() => expect(screen.queryByTestId('password-field')).toBeNull());
    expect(screen.queryByTestId('option-authSource')).toBeNull();
    expect(within(id('section-auth')).getByTestId('option-tlsCertificateKeyFile')).toBeVisible();
  });

  test('shows a password that the way does not take, so that it can be removed', async () => {
    const { user, says } = await show('mongodb://u:***@h/d?authMechanism=MONGODB-X509');
    expect(id('password-field')).toHaveAccessibleDescription('X.509 certificate takes none.');
    await user.click(id('remove-password'));
    await says('mongodb://u@h/d?authMechanism=MONGODB-X509');
  });

  test('has the properties as fields of their own, in one list', async () => {
    const { user, says } = await show(
      'mongodb://u@h/d?authMechanism=GSSAPI&authMechanismProperties=SERVICE_REALM:R,MINE:1',
    );
    expect(id('property-SERVICE_REALM')).toHaveValue('R');
    expect(id('property-MINE')).toHaveAccessibleDescription(/does not use it/);
    expect(screen.queryByTestId('option-authMechanismProperties')).toBeNull();
    await user.type(id('property-SERVICE_NAME'), 'db');
    await says(
      'mongodb://u@h/d?authMechanism=GSSAPI&authMechanismProperties=SERVICE_REALM:R,MINE:1,SERVICE_NAME:db',
    );
    await user.click(id('property-MINE-remove'));
    await user.click(id('property-SERVICE_REALM-remove'));
    await says('mongodb://u@h/d?authMechanism=GSSAPI&authMechanismProperties=SERVICE_NAME:db');
    await choose(user, 'property-CANONICALIZE_HOST_NAME', 'forward');
    await says(
      'mongodb://u@h/d?authMechanism=GSSAPI&authMechanismProperties=SERVICE_NAME:db,CANONICALIZE_HOST_NAME:forward',
    );
  });

  test('keeps a token among the properties out of the string', async () => {
    const { user, says, session } = await show('mongodb://h/d?authMechanism=MONGODB-AWS');
    await user.type(id('property-AWS_SESSION_TOKEN'), 't0ken');
    await says('mongodb://h/d?authMechanism=MONGODB-AWS&authMechanismProperties=AWS_SESSION_TOKEN:***');
    expect(session.liveSecrets()).toEqual({ 'option:authmechanismproperties.aws_session_token': 't0ken' });
  });
});

describe('undo', () => {
  test('spans string and form, from wherever the focus is', async () => {
    const { user, says } = await show('postgresql://h/d');
    const view = string();
    view.dispatch({
      changes: { from: 15, to: 16, insert: 'e' },
      selection: { anchor: 13 },
      userEvent: 'input.type',
    });
    await says('postgresql://h/e');
    await user.type(id('user-field'), 'ada');
    await says('postgresql://ada@h/e');
    await choose(user, 'tls-field', 'require');
    await says('postgresql://ada@h/e?sslmode=require');

    id('database-field').focus();
    await user.keyboard('{Control>}z{/Control}');
    await says('postgresql://ada@h/e');
    view.focus();
    await user.keyboard('{Control>}z{/Control}');
    await says('postgresql://h/e');
    await waitFor(() => expect(id('user-field')).toHaveValue(''));
    id('section-tls-toggle').focus();
    await user.keyboard('{Meta>}z{/Meta}');
    await says('postgresql://h/d');
    expect(view.state.selection.main.head).toBe(13);
    await user.keyboard('{Control>}{Shift>}z{/Shift}{/Control}');
    await user.keyboard('{Control>}y{/Control}');
    await says('postgresql://ada@h/e');
    expect(id('database-field')).toHaveValue('e');
  });

  test('of a field shows at once in the field that has the focus', async () => {
    const { user, says } = await show('postgresql://h/d');
    const field = id('database-field');
    await user.type(field, 'ata');
    await says('postgresql://h/data');
    await user.keyboard('{Control>}z{/Control}');
    await says('postgresql://h/d');
    await waitFor(() => expect(field).toHaveValue('d'));
    expect(field).toHaveFocus();
    await user.keyboard('{Control>}{Shift>}z{/Shift}{/Control}');
    await waitFor(() => expect(field).toHaveValue('data'));
  });

  test('leaves other fields their own', async () => {
    const { user, says } = await show('postgresql://h/d');
    await user.type(id('user-field'), 'ada');
    await says('postgresql://ada@h/d');
    id('elsewhere').focus();
    await user.keyboard('{Control>}z{/Control}');
    id('option-add').focus();
    await user.keyboard('{Control>}z{/Control}');
    await says('postgresql://ada@h/d');
  });
});

describe('while the string can’t be read', () => {
  test('the form shows what it last said; an edit is refused at its field, and kept', async () => {
    const { user, says, session } = await show('postgresql://ada@h/d');
    retype('postgresql://ada@h:x/d');
    expect(await screen.findByText(/what it last said/)).toBeVisible();
    expect(id('user-field')).toHaveValue('ada');
    const field = id('database-field');
    await user.clear(field);
    await user.type(field, 'orders');
    await waitFor(() => expect(field).toHaveAccessibleDescription(/Not in the string: “x” is not a port/));
    await user.click(id('user-field'));
    expect(field).toHaveValue('orders');
    expect(session.get().text).toBe('postgresql://ada@h:x/d');

    retype('postgresql://ada@h:1/d');
    await waitFor(() => expect(field).toHaveAccessibleDescription(/Press Enter/));
    expect(session.get().text).toBe('postgresql://ada@h:1/d');
    await user.click(field);
    await user.keyboard('{Enter}');
    await says('postgresql://ada@h:1/orders');
    await waitFor(() => expect(field).toBeValid());
  });

  test('a field can mend what it broke', async () => {
    const { user, says } = await show('postgresql://h:5432/d');
    const port = id('port-field');
    await user.type(port, 'x');
    await says('postgresql://h:5432x/d');
    await user.click(id('user-field'));
    expect(port).toHaveValue('5432x');
    await user.click(port);
    await user.keyboard('{End}{Backspace}');
    await says('postgresql://h:5432/d');
  });
});
