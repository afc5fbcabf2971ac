import type { AuthMechanismInfo } from '../../bindings/AuthMechanismInfo';
import type { EngineInfo } from '../../bindings/EngineInfo';
import type { UrlInspection } from '../../bindings/UrlInspection';
import { Select } from '../../design/Field';
import { plain } from '../../design/text';
import { form as text } from '../../text/connection';
import styles from './form.module.css';
import { sameName } from './names';
import { OptionField } from './OptionField';
import { type OptionRow, type Property, propertiesOption, readProperties, writtenValue } from './optionModel';
import { propertyWriter } from './optionWriters';
import type { EditorSession } from './session';

const OWN_CHOICE = 'own-choice';

/** The ways to sign in, each with what it needs. */
export function MechanismField(props: {
  session: EditorSession;
  engine: EngineInfo;
  row: OptionRow;
  mechanism: AuthMechanismInfo | null;
  onFailure: (change: Promise<void>) => void;
}) {
  const { session, engine, row, mechanism } = props;
  const named = mechanism?.name ?? row.value ?? '';
  const choices = engine.auth_mechanisms.map(({ name, label }) => ({
    id: name || OWN_CHOICE,
    label: name === '' || name === label ? label : `${label} (${name})`,
  }));
  if (mechanism === null) choices.push({ id: named, label: plain(named) });
  return (
    <div className={styles.mechanism}>
      <Select
        label={text.mechanism}
        value={named || OWN_CHOICE}
        choices={choices}
        onChange={(id) =>
          props.onFailure(
            session.edit({ kind: 'option', name: row.name, value: id === OWN_CHOICE ? null : id }),
          )
        }
        help={plain(mechanism?.documentation ?? text.mechanismUnknown)}
        testId="auth-mechanism"
      />
    </div>
  );
}

/** The properties that the string has, each a field of its own; null where they can't be told apart. */
export function propertiesOf(
  session: EditorSession,
  engine: EngineInfo,
  rows: readonly OptionRow[],
): { option: string; properties: Property[] } | null {
  const option = propertiesOption(engine);
  const row = option === null ? undefined : rows.find(({ key }) => key === sameName(option));
  if (!row) return null;
  const { text: source, inspected, inspection } = session.get();
  // Of a text that is not read yet, what was read of the one before it is good enough: it is so for a moment.
  const value = row.secret && inspection?.valid ? writtenValue(inspected || source, row.name) : row.value;
  return value === '***' ? null : { option: row.name, properties: readProperties(value ?? '') };
}

/** A mechanism's properties, and those that the string has besides. */
export function PropertyFields(props: {
  session: EditorSession;
  inspection: UrlInspection | null;
  mechanism: AuthMechanismInfo | null;
  option: string;
  properties: readonly Property[];
}) {
  const { session, inspection, mechanism, option, properties } = props;
  const own = mechanism?.properties ?? [];
  const others = properties.filter(([key]) => !own.some((info) => sameName(info.name) === sameName(key)));
  const field = (name: string, row: OptionRow, note?: string) => (
    <OptionField
      key={row.key}
      session={session}
      row={row}
      inspection={inspection}
      writer={propertyWriter(session, option, properties, name)}
      testId={`property-${name}`}
      note={note}
    />
  );
  return (
    <>
      {own.map((info) => {
        const there = properties.find(([key]) => sameName(key) === sameName(info.name));
        return field(there?.[0] ?? info.name, {
          key: `property-${sameName(info.name)}`,
          name: there?.[0] ?? info.name,
          info,
          group: 'auth',
          value: there?.[1] ?? null,
          secret: info.kind === 'secret',
          spellings: [],
          times: there ? 1 : 0,
        });
      })}
      {others.map(([name, value]) =>
        field(
          name,
          {
            key: `property-${sameName(name)}`,
            name,
            info: null,
            group: 'auth',
            value,
            // What is masked is a secret, whether or not the mechanism that has it is the one chosen.
            secret: value === '***',
            spellings: [],
            times: 1,
          },
          mechanism === null ? undefined : text.notUsed,
        ),
      )}
    </>
  );
}
