import { Plus, X } from 'lucide-react';
import { useState } from 'react';
import type { EngineInfo } from '../../bindings/EngineInfo';
import type { UrlEdit } from '../../bindings/UrlEdit';
import type { UrlHost } from '../../bindings/UrlHost';
import type { UrlInspection } from '../../bindings/UrlInspection';
import { Button } from '../../design/Button';
import { Field, Select } from '../../design/Field';
import { Icon } from '../../design/Icon';
import primitives from '../../design/primitives.module.css';
import { plain } from '../../design/text';
import { connection as text } from '../../text/connection';
import styles from './connection.module.css';
import type { EditorSession } from './session';

/** While a field is typed in it shows what was typed; left alone, it shows what the string says. */
function Follow(props: {
  label: string;
  shown: string;
  onType: (value: string) => void;
  error?: string | undefined;
  testId?: string;
  placeholder?: string;
  hideLabel?: boolean;
  mono?: boolean;
}) {
  const [typed, setTyped] = useState<string | null>(null);
  const { shown, onType, ...rest } = props;
  return (
    <Field
      {...rest}
      value={typed ?? shown}
      onChange={(value) => {
        setTyped(value);
        onType(value);
      }}
      onBlur={() => setTyped(null)}
    />
  );
}

interface Props {
  session: EditorSession;
  inspection: UrlInspection | null;
  secrets: Readonly<Record<string, string>>;
  engine: EngineInfo;
  onEdit: (edit: UrlEdit) => void;
}

export function ConnectionForm({ session, inspection, secrets, engine, onEdit }: Props) {
  const scheme = inspection?.scheme ?? engine.schemes[0] ?? '';
  const error = (field: string) =>
    inspection?.error?.field === field ? plain(inspection.error.message) : undefined;
  const options = inspection?.options ?? [];
  const isTls = (name: string) => name.toLowerCase() === engine.tls_option.toLowerCase();
  const tls = options.find((option) => isTls(option.name))?.value ?? '';
  const modes = [...new Set([...engine.tls_modes, ...(tls ? [tls] : [])])];
  return (
    <div className={styles.form}>
      <div className={styles.hostsAndScheme}>
        {engine.schemes.length > 1 ? (
          <Select
            label={text.scheme}
            value={engine.schemes.includes(scheme) ? scheme : null}
            choices={engine.schemes.map((id) => ({ id, label: id }))}
            onChange={(value) => onEdit({ kind: 'scheme', value })}
            error={error('scheme')}
            testId="scheme-field"
          />
        ) : null}
        <Hosts hosts={inspection?.hosts ?? []} engine={engine} onEdit={onEdit} error={error('hosts')} />
      </div>
      <div className={primitives.pair}>
        <Follow
          label={text.user}
          shown={inspection?.user ?? ''}
          onType={(value) => onEdit({ kind: 'user', value: value || null })}
          error={error('user')}
          testId="user-field"
          mono
        />
        <Password
          session={session}
          inspection={inspection}
          typed={secrets.password ?? ''}
          onEdit={onEdit}
          error={error('password')}
        />
      </div>
      <div className={primitives.pair}>
        <Follow
          label={text.database}
          shown={inspection?.database ?? ''}
          onType={(value) => onEdit({ kind: 'database', value: value || null })}
          error={error('database')}
          testId="database-field"
          mono
        />
        <Select
          label={`${text.tls} (${engine.tls_option})`}
          value={tls === '' ? 'unset' : tls}
          choices={[{ id: 'unset', label: text.tlsDefault }, ...modes.map((id) => ({ id, label: id }))]}
          onChange={(value) =>
            onEdit({ kind: 'option', name: engine.tls_option, value: value === 'unset' ? null : value })
          }
          testId="tls-field"
        />
      </div>
      <Options
        session={session}
        options={options.filter((option) => !isTls(option.name))}
        secrets={secrets}
        onEdit={onEdit}
        error={error('options')}
      />
    </div>
  );
}

function Hosts(props: {
  hosts: UrlHost[];
  engine: EngineInfo;
  onEdit: (edit: UrlEdit) => void;
  error: string | undefined;
}) {
  const { engine, onEdit } = props;
  const [draft, setDraft] = useState<UrlHost[] | null>(null);
  const hosts = draft ?? (props.hosts.length > 0 ? props.hosts : [{ host: '', port: null, socket: null }]);
  const write = (next: UrlHost[]) => {
    setDraft(next);
    onEdit({ kind: 'hosts', hosts: next.filter((host) => host.host || host.socket || host.port) });
  };
  const change = (index: number, patch: Partial<UrlHost>) =>
    write(hosts.map((host, position) => (position === index ? { ...host, ...patch } : host)));
  const named = (value: string): Partial<UrlHost> =>
    engine.unix_sockets && value.startsWith('/')
      ? { host: null, socket: value, port: null }
      : { host: value, socket: null };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset can't be a grid in every engine
    <div
      className={styles.hosts}
      role="group"
      aria-label={text.hosts}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) setDraft(null);
      }}
    >
      {hosts.map((host, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: hosts have no name but their place
        <div key={index} className={styles.host}>
          <Field
            label={index === 0 ? text.host : text.hostN(index + 1)}
            hideLabel={index > 0}
            mono
            value={host.socket ?? host.host ?? ''}
            onChange={(value) => change(index, named(value))}
            error={index === 0 ? props.error : undefined}
            testId={index === 0 ? 'host-field' : `host-field-${index + 1}`}
          />
          <Field
            label={index === 0 ? text.port : text.portN(index + 1)}
            hideLabel={index > 0}
            mono
            value={host.port ?? ''}
            placeholder={host.socket ? '' : String(engine.default_port)}
            isDisabled={host.socket !== null}
            onChange={(value) => change(index, { port: value || null })}
            testId={index === 0 ? 'port-field' : `port-field-${index + 1}`}
          />
          {hosts.length > 1 ? (
            <Button
              look="quiet"
              iconOnly
              aria-label={text.removeHost(index + 1)}
              onPress={() => write(hosts.filter((_host, position) => position !== index))}
            >
              <Icon of={X} small />
            </Button>
          ) : null}
        </div>
      ))}
      {engine.multi_host ? (
        <span>
          <Button
            look="quiet"
            small
            onPress={() => setDraft([...hosts, { host: '', port: null, socket: null }])}
          >
            <Icon of={Plus} small />
            {text.addHost}
          </Button>
        </span>
      ) : null}
    </div>
  );
}

/** What is typed here never enters the string: the string gets `***`, the value goes to the keyring on save. */
function Password(props: {
  session: EditorSession;
  inspection: UrlInspection | null;
  typed: string;
  onEdit: (edit: UrlEdit) => void;
  error: string | undefined;
}) {
  const { session, inspection, typed, onEdit } = props;
  const state = inspection?.password ?? 'absent';
  const [choosing, setChoosing] = useState(false);
  const named = choosing || state === 'reference';
  const pending = typed !== '' && state === 'kept';
  // The password's own reference; other parts of the string may hold references too.
  const span = inspection?.secret_spans.find((candidate) => candidate.slot === 'password');
  const inText = span ? session.get().text.slice(span.start, span.end) : '';
  const reference =
    /\$Secret\{([^}]*)\}/.exec(inText)?.[1] ??
    (state === 'reference' ? (inspection?.references[0] ?? '') : '');
  return (
    <div className={styles.password}>
      {named ? (
        <Follow
          label={text.namedSecret}
          shown={reference}
          onType={(key) => key && onEdit({ kind: 'password_reference', key })}
          error={props.error}
          testId="named-secret-field"
          placeholder="ORDERS_PASSWORD"
          mono
        />
      ) : (
        <Field
          label={text.password}
          type="password"
          mono
          value={typed}
          onChange={(value) => void session.setSecret('password', value).catch(() => undefined)}
          placeholder={state === 'kept' || state === 'typed' ? '••••••••' : ''}
          help={pending ? text.passwordStates.pending : text.passwordStates[state]}
          error={props.error}
          testId="password-field"
        />
      )}
      <span className={styles.passwordActions}>
        <Button
          look="quiet"
          small
          data-testid="use-named-secret"
          onPress={() => {
            if (state === 'reference') onEdit({ kind: 'password_mask', present: false });
            setChoosing(!named);
          }}
        >
          {named ? text.usePassword : text.useNamed}
        </Button>
        {!named && state !== 'absent' ? (
          <Button
            look="quiet"
            small
            onPress={() => {
              void session.setSecret('password', '');
              onEdit({ kind: 'password_mask', present: false });
            }}
          >
            {text.removePassword}
          </Button>
        ) : null}
      </span>
    </div>
  );
}

function Options(props: {
  session: EditorSession;
  options: UrlInspection['options'];
  secrets: Readonly<Record<string, string>>;
  onEdit: (edit: UrlEdit) => void;
  error: string | undefined;
}) {
  const { session, options, secrets, onEdit } = props;
  const [name, setName] = useState('');
  const [value, setValue] = useState('');
  const add = () => {
    if (name.trim() === '') return;
    onEdit({ kind: 'option', name: name.trim(), value });
    setName('');
    setValue('');
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset can't be a grid in every engine
    <div role="group" aria-label={text.options} className={styles.options}>
      <span className={primitives.label}>{text.options}</span>
      {options.map((option, index) => {
        const slot = `option:${option.name}`;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: an option may be written twice
          <div key={`${option.name}-${index}`} className={styles.option}>
            <code className={primitives.truncate} title={plain(option.name)}>
              {plain(option.name)}
            </code>
            {option.secret ? (
              <Field
                label={option.name}
                hideLabel
                mono
                type="password"
                value={secrets[slot] ?? ''}
                placeholder="••••••••"
                onChange={(next) => void session.setSecret(slot, next).catch(() => undefined)}
              />
            ) : (
              <Follow
                label={option.name}
                hideLabel
                mono
                shown={option.value}
                onType={(next) => onEdit({ kind: 'option', name: option.name, value: next })}
                testId={`option-${option.name}`}
              />
            )}
            <Button
              look="quiet"
              iconOnly
              aria-label={text.removeOption(option.name)}
              onPress={() => onEdit({ kind: 'option', name: option.name, value: null })}
            >
              <Icon of={X} small />
            </Button>
          </div>
        );
      })}
      <form
        className={styles.option}
        onSubmit={(event) => {
          event.preventDefault();
          add();
        }}
      >
        <Field
          label={text.optionName}
          hideLabel
          mono
          value={name}
          onChange={setName}
          placeholder={text.optionName}
          error={props.error}
          testId="option-name"
        />
        <Field
          label={text.optionValue}
          hideLabel
          mono
          value={value}
          onChange={setValue}
          placeholder={text.optionValue}
          testId="option-value"
        />
        <Button
          look="quiet"
          iconOnly
          type="submit"
          aria-label={text.addOption}
          isDisabled={name.trim() === ''}
        >
          <Icon of={Plus} small />
        </Button>
      </form>
    </div>
  );
}
