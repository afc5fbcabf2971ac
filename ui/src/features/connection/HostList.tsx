import { Plus, X } from 'lucide-react';
import { useRef, useState, useSyncExternalStore } from 'react';
import type { EngineInfo } from '../../bindings/EngineInfo';
import type { UrlHost } from '../../bindings/UrlHost';
import { Button } from '../../design/Button';
import { Icon } from '../../design/Icon';
import { form as formText, connection as text } from '../../text/connection';
import styles from './connection.module.css';
import { SessionField } from './SessionField';
import type { EditorSession } from './session';

const EMPTY: UrlHost = { host: '', port: null, socket: null };

/** The hosts, in the order in which they are tried. */
export function HostList(props: {
  session: EditorSession;
  hosts: UrlHost[];
  /** Found by DNS: one name, and no port. */
  srv: boolean;
  engine: EngineInfo;
  error: string | undefined;
}) {
  const { session, engine, srv } = props;
  const { turns, text: string } = useSyncExternalStore(session.subscribe, session.get);
  const group = useRef<HTMLDivElement>(null);
  // A row that is still empty is not in the string: it stands here until the list is left.
  const [draft, setDraft] = useState<{ hosts: UrlHost[]; turns: number; left: string | null } | null>(null);
  const current = draft?.turns === turns && (draft.left === null || draft.left === string);
  const shown = draft && current ? draft.hosts : props.hosts;
  const hosts = shown.length > 0 ? shown : [EMPTY];

  const keep = (next: UrlHost[]) => setDraft({ hosts: next, turns, left: null });
  const write = (next: UrlHost[], field: string | null) => {
    keep(next);
    const written = next.filter((host) => host.host || host.socket || host.port);
    return session.edit({ kind: 'hosts', hosts: written }, field);
  };
  const change = (index: number, patch: Partial<UrlHost>, field: string) =>
    write(
      hosts.map((host, position) => (position === index ? { ...host, ...patch } : host)),
      field,
    );
  const named = (value: string): Partial<UrlHost> =>
    engine.unix_sockets && value.startsWith('/')
      ? { host: null, socket: value, port: null }
      : { host: value, socket: null };
  const focusHost = (index: number) =>
    requestAnimationFrame(() =>
      group.current?.querySelectorAll<HTMLElement>('[data-testid^="host-field"]')[index]?.focus(),
    );
  // What made the string unreadable is still shown, until the string is changed.
  const left = () => {
    const { inspection, text: unread } = session.get();
    setDraft((now) => (now && inspection?.valid === false ? { ...now, left: unread } : null));
  };
  const withPort = !srv || hosts.some((host) => host.port !== null);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset can't be a grid in every engine
    <div
      ref={group}
      className={styles.hosts}
      role="group"
      aria-label={text.hosts}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) void session.settled().then(left);
      }}
    >
      {hosts.map((host, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: hosts have no name but their place
        <div key={index} className={styles.host} data-port={withPort || undefined}>
          <SessionField
            session={session}
            label={index === 0 ? text.host : text.hostN(index + 1)}
            hideLabel={index > 0}
            shown={host.socket ?? host.host ?? ''}
            write={(value) => change(index, named(value), `host-${index}`)}
            placeholder={srv ? formText.srvHost : engine.unix_sockets ? formText.socket : ''}
            error={index === 0 ? props.error : undefined}
            testId={index === 0 ? 'host-field' : `host-field-${index + 1}`}
          />
          {withPort ? (
            <SessionField
              session={session}
              label={index === 0 ? text.port : text.portN(index + 1)}
              hideLabel={index > 0}
              shown={host.port ?? ''}
              placeholder={host.socket ? '' : String(engine.default_port)}
              isDisabled={host.socket !== null}
              write={(value) => change(index, { port: value || null }, `port-${index}`)}
              testId={index === 0 ? 'port-field' : `port-field-${index + 1}`}
            />
          ) : null}
          {hosts.length > 1 ? (
            <Button
              look="quiet"
              iconOnly
              aria-label={text.removeHost(index + 1)}
              data-testid={`remove-host-${index + 1}`}
              onPress={() => {
                void write(
                  hosts.filter((_host, position) => position !== index),
                  null,
                ).catch(() => setDraft(null));
                focusHost(Math.max(0, index - 1));
              }}
            >
              <Icon of={X} small />
            </Button>
          ) : null}
        </div>
      ))}
      {engine.multi_host && !srv ? (
        <span>
          <Button
            look="quiet"
            small
            data-testid="add-host"
            onPress={() => {
              keep([...hosts, EMPTY]);
              focusHost(hosts.length);
            }}
          >
            <Icon of={Plus} small />
            {text.addHost}
          </Button>
        </span>
      ) : null}
    </div>
  );
}
