import { useEffect, useRef, useState } from 'react';
import type { AuthMechanismInfo } from '../../bindings/AuthMechanismInfo';
import type { EngineInfo } from '../../bindings/EngineInfo';
import type { UrlInspection } from '../../bindings/UrlInspection';
import type { UrlOptionGroup } from '../../bindings/UrlOptionGroup';
import { ErrorText, Field } from '../../design/Field';
import primitives from '../../design/primitives.module.css';
import { asAppError } from '../../platform';
import { form as text } from '../../text/connection';
import { errorText } from '../../text/errors';
import { AddOption } from './AddOption';
import styles from './form.module.css';
import { sameName } from './names';
import { OptionField } from './OptionField';
import { OptionSection, type SectionView } from './OptionSection';
import { GROUPS, type OptionRow, rowOf, rowsOf } from './optionModel';
import { optionWriter } from './optionWriters';
import { MechanismField, PropertyFields, propertiesOf } from './SignIn';
import type { EditorSession } from './session';

/** With more rows than this a filter is worth its place. */
const MANY = 8;

interface Props {
  session: EditorSession;
  engine: EngineInfo;
  inspection: UrlInspection | null;
  mechanism: AuthMechanismInfo | null;
}

/** Which options a way to sign in shows, and which belong to others only. */
function ownOptions(engine: EngineInfo, mechanism: AuthMechanismInfo | null) {
  const own = new Set(mechanism?.options.map(sameName));
  const any = new Set(engine.auth_mechanisms.flatMap((candidate) => candidate.options.map(sameName)));
  const foreign = (row: OptionRow) =>
    mechanism !== null && row.group === 'auth' && any.has(row.key) && !own.has(row.key);
  return { own, foreign };
}

/** All that is not a part of its own: by what it is for, with a search over all that the engine's clients know. */
export function OptionSections({ session, engine, inspection, mechanism }: Props) {
  const [views, setViews] = useState<Partial<Record<UrlOptionGroup, SectionView>>>({});
  const [kept, setKept] = useState<ReadonlyMap<string, string>>(new Map());
  const [filter, setFilter] = useState('');
  const [focused, setFocused] = useState<{ selector: string } | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const root = useRef<HTMLDivElement>(null);

  const rows = rowsOf(engine.options, inspection, kept);
  const set = rows.filter((row) => row.value !== null);
  const { own, foreign } = ownOptions(engine, mechanism);
  const properties = propertiesOf(session, engine, rows);
  const authKey = engine.auth_option === null ? null : sameName(engine.auth_option);
  const propertiesKey = properties && sameName(properties.option);
  const groupOf = (row: OptionRow): UrlOptionGroup => (own.has(row.key) ? 'auth' : row.group);
  const wanted = filter.trim().toLowerCase();
  const filtering = set.length > MANY && wanted !== '';
  const matches = (row: OptionRow) =>
    `${row.name}=${row.secret ? '' : row.value}`.toLowerCase().includes(wanted);
  const always = (row: OptionRow) =>
    row.value !== null ||
    kept.has(row.key) ||
    row.key === sameName(engine.tls_option) ||
    (mechanism !== null && mechanism.name !== '' && own.has(row.key));

  useEffect(() => {
    if (!focused) return;
    root.current?.querySelector<HTMLElement>(focused.selector)?.focus();
    setFocused(null);
  }, [focused]);

  const keep = (row: OptionRow) => setKept((now) => new Map(now).set(row.key, row.name));
  const choose = (name: string) => {
    const fresh = rowOf(engine.options, name);
    const row = rows.find((candidate) => candidate.key === fresh.key) ?? fresh;
    const group = groupOf(row);
    keep(row);
    setFilter('');
    setViews((now) => ({ ...now, [group]: now[group] === 'all' ? 'all' : 'set' }));
    const place =
      row.key === authKey ? '[data-testid="auth-mechanism"]' : `[data-option="${CSS.escape(row.key)}"]`;
    const control = ['input', 'button[aria-haspopup]'].map((part) => `${place} ${part}`).join(', ');
    setFocused({ selector: row.key === authKey ? place : control });
  };
  const attempt = (change: Promise<void>) => {
    setFailure(null);
    change.catch((thrown) => setFailure(text.refused(errorText(asAppError(thrown)))));
  };

  const field = (row: OptionRow, group: UrlOptionGroup) => (
    <OptionField
      key={row.key}
      session={session}
      row={row}
      inspection={inspection}
      writer={optionWriter(session, row, keep)}
      note={row.value !== null && foreign(row) ? text.notUsed : undefined}
      {...(row.key === sameName(engine.tls_option) ? { testId: 'tls-field' } : {})}
      onRemoved={() => {
        setKept((now) => new Map([...now].filter(([key]) => key !== row.key)));
        setFocused({ selector: `[data-testid="section-${group}-toggle"]` });
      }}
    />
  );

  const section = (group: UrlOptionGroup) => {
    const all = rows.filter(
      (row) => groupOf(row) === group && row.key !== authKey && row.key !== propertiesKey,
    );
    const offered = all.filter((row) => row.value !== null || kept.has(row.key) || !foreign(row));
    const signIn = group === 'auth' && authKey !== null;
    if (offered.length === 0 && !signIn) return null;
    const begun = signIn || offered.some(always);
    const view = filtering ? 'set' : (views[group] ?? (begun ? 'set' : 'closed'));
    const shown = offered.filter((row) =>
      filtering ? row.value !== null && matches(row) : view === 'all' || always(row),
    );
    if (filtering && shown.length === 0) return null;
    const authRow = signIn ? rows.find((row) => row.key === authKey) : undefined;
    const summarised = [
      ...(authRow ? [authRow] : []),
      ...all,
      ...rows.filter((row) => signIn && row.key === propertiesKey),
    ];
    return (
      <OptionSection
        key={group}
        id={group}
        title={text.sections[group]}
        rows={summarised}
        hidden={filtering ? 0 : offered.length - shown.length}
        view={view}
        onView={(next) => setViews((now) => ({ ...now, [group]: next }))}
        lead={
          authRow && !filtering ? (
            <MechanismField
              session={session}
              engine={engine}
              row={authRow}
              mechanism={mechanism}
              onFailure={attempt}
            />
          ) : null
        }
      >
        {shown.map((row) => field(row, group))}
        {signIn && properties && !filtering ? (
          <PropertyFields session={session} inspection={inspection} mechanism={mechanism} {...properties} />
        ) : null}
      </OptionSection>
    );
  };
  const sections = GROUPS.map(section);
  return (
    <div ref={root} className={styles.sections}>
      <div className={styles.sectionsHead}>
        <AddOption
          options={engine.options}
          isSet={(name) => set.some((row) => row.key === sameName(name))}
          onChoose={choose}
        />
        {set.length > MANY ? (
          <div data-undo="own" className={styles.filter}>
            <Field
              label={text.filter}
              hideLabel
              value={filter}
              onChange={setFilter}
              placeholder={text.filter}
              testId="option-filter"
            />
          </div>
        ) : null}
      </div>
      {failure ? <ErrorText>{failure}</ErrorText> : null}
      {sections}
      {filtering && sections.every((one) => one === null) ? (
        <p className={primitives.help}>{text.noMatch}</p>
      ) : null}
    </div>
  );
}
