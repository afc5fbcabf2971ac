import { useState, useSyncExternalStore } from 'react';
import type { EngineInfo } from '../../bindings/EngineInfo';
import { ErrorText, Select } from '../../design/Field';
import { Notice } from '../../design/Layout';
import { plain } from '../../design/text';
import { asAppError } from '../../platform';
import { form as formText, connection as text } from '../../text/connection';
import { errorText } from '../../text/errors';
import styles from './connection.module.css';
import { FileField } from './FileField';
import { HostList } from './HostList';
import { OptionSections } from './OptionSections';
import { mechanismOf, rowsOf } from './optionModel';
import { PasswordField } from './PasswordField';
import { SessionField } from './SessionField';
import type { EditorSession } from './session';

/** The string's parts as fields. What they show is what the engine reads from the string; what they write is an edit of it. */
export function ConnectionForm({ session, engine }: { session: EditorSession; engine: EngineInfo }) {
  const { inspection: current, readable: inspection } = useSyncExternalStore(session.subscribe, session.get);
  const [schemeFailure, setSchemeFailure] = useState<string | null>(null);
  const scheme = inspection?.scheme ?? engine.schemes[0] ?? '';
  const mechanism = mechanismOf(engine, rowsOf(engine.options, inspection));
  const error = (field: string) =>
    current?.error?.field === field ? plain(current.error.message) : undefined;
  const stale = current !== null && current !== inspection;
  const path = inspection?.database ?? '';
  const setDatabase = (value: string) => session.edit({ kind: 'database', value: value || null }, 'database');
  if (engine.file) {
    return (
      <div className={styles.form} data-undo="session">
        {stale && inspection ? <Notice tone="plain">{formText.stale}</Notice> : null}
        <FileField session={session} path={path} write={setDatabase} error={error('database')} />
        <OptionSections session={session} engine={engine} inspection={inspection} mechanism={mechanism} />
      </div>
    );
  }
  const user = inspection?.user ?? '';
  const takesUser = mechanism?.user !== 'forbidden' || user !== '';
  const takesPassword =
    mechanism?.password !== 'forbidden' || (inspection !== null && inspection.password !== 'absent');
  const userNote = () => {
    if (mechanism?.user === 'required' && user === '') return formText.needed(mechanism.label);
    return mechanism?.user === 'forbidden' ? formText.notTaken(mechanism.label) : undefined;
  };
  return (
    <div className={styles.form} data-undo="session">
      {stale && inspection ? <Notice tone="plain">{formText.stale}</Notice> : null}
      <div className={engine.schemes.length > 1 ? styles.hostsAndScheme : ''}>
        {engine.schemes.length > 1 ? (
          <div>
            <Select
              label={text.scheme}
              value={engine.schemes.includes(scheme) ? scheme : null}
              choices={engine.schemes.map((id) => ({ id, label: id }))}
              onChange={(value) => {
                setSchemeFailure(null);
                session
                  .edit({ kind: 'scheme', value })
                  .catch((thrown) => setSchemeFailure(formText.refused(errorText(asAppError(thrown)))));
              }}
              error={error('scheme')}
              testId="scheme-field"
            />
            {schemeFailure ? <ErrorText>{schemeFailure}</ErrorText> : null}
          </div>
        ) : null}
        <HostList
          session={session}
          hosts={inspection?.hosts ?? []}
          srv={engine.srv && scheme.endsWith('+srv')}
          engine={engine}
          error={error('hosts')}
        />
      </div>
      <div className={styles.credentials}>
        {takesUser ? (
          <SessionField
            session={session}
            label={text.user}
            shown={user}
            write={(value) => session.edit({ kind: 'user', value: value || null }, 'user')}
            help={userNote()}
            error={error('user')}
            testId="user-field"
          />
        ) : null}
        {takesPassword ? (
          <PasswordField
            session={session}
            inspection={inspection}
            mechanism={mechanism}
            error={error('password')}
          />
        ) : null}
        <SessionField
          session={session}
          label={text.database}
          shown={path}
          write={setDatabase}
          error={error('database')}
          testId="database-field"
        />
      </div>
      <OptionSections session={session} engine={engine} inspection={inspection} mechanism={mechanism} />
    </div>
  );
}
