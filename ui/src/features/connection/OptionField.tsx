import { FolderOpen, Info, X } from 'lucide-react';
import { useId, useState } from 'react';
import type { UrlInspection } from '../../bindings/UrlInspection';
import { Button } from '../../design/Button';
import { Select } from '../../design/Field';
import { Icon } from '../../design/Icon';
import primitives from '../../design/primitives.module.css';
import { classes, plain } from '../../design/text';
import { asAppError, platform } from '../../platform';
import { connection as connectionText, form as text } from '../../text/connection';
import { errorText } from '../../text/errors';
import styles from './form.module.css';
import { numberFault, type OptionRow } from './optionModel';
import { SessionField } from './SessionField';
import type { EditorSession } from './session';
import { secretKey } from './session';

const UNSET = 'unset';

/** How a field writes what is set in it; a value of null takes it out of the string. */
export interface OptionWriter {
  /** Typing in one field is one undo step. */
  type: (value: string) => Promise<void>;
  choose: (value: string | null) => Promise<void>;
  remove: () => Promise<void>;
  /** The slot of its secret, and a secret typed for it. */
  slot: string;
  typeSecret: (value: string) => Promise<void>;
}

/** One option: its name, the control that fits its kind, and what is known of it. */
export function OptionField(props: {
  session: EditorSession;
  row: OptionRow;
  inspection: UrlInspection | null;
  writer: OptionWriter;
  /** What else is to be said of it here. */
  note?: string | undefined;
  testId?: string;
  onRemoved?: () => void;
}) {
  const { session, row, inspection, writer, note } = props;
  const { info, name } = row;
  const [about, setAbout] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const description = useId();
  const testId = props.testId ?? `option-${info?.name ?? name}`;
  const shownName = plain(name);
  const attempt = (change: Promise<unknown>) => {
    setFailure(null);
    change.catch((thrown) => setFailure(text.refused(errorText(asAppError(thrown)))));
  };
  const fault = inspection?.error;
  const said = fault && fault.field === `option:${name}` ? plain(fault.message) : undefined;
  return (
    <div className={styles.option} data-option={row.key} data-set={row.value !== null || undefined}>
      <div className={styles.optionHead}>
        <code className={styles.optionName} title={shownName}>
          {shownName}
        </code>
        {info?.deprecated ? <span className={styles.deprecated}>{text.deprecated}</span> : null}
        <span className={styles.optionActions}>
          <Button
            look="quiet"
            small
            iconOnly
            aria-label={text.about(shownName)}
            aria-expanded={about}
            aria-controls={description}
            data-testid={`${testId}-about`}
            onPress={() => setAbout(!about)}
          >
            <Icon of={Info} small />
          </Button>
          {row.value !== null ? (
            <Button
              look="quiet"
              small
              iconOnly
              aria-label={connectionText.removeOption(shownName)}
              data-testid={`${testId}-remove`}
              onPress={() => {
                attempt(writer.remove());
                props.onRemoved?.();
              }}
            >
              <Icon of={X} small />
            </Button>
          ) : null}
        </span>
      </div>
      <OptionControl
        session={session}
        row={row}
        inspection={inspection}
        writer={writer}
        error={failure ?? said}
        describedBy={description}
        testId={testId}
        attempt={attempt}
      />
      <p id={description} className={classes(primitives.help, styles.about)} hidden={!about && !note}>
        {note ? <span className={styles.note}>{note} </span> : null}
        {about || !note ? <span>{plain(documentationOf(row))}</span> : null}
      </p>
    </div>
  );
}

/** All that is known of an option, in plain sentences. */
function documentationOf({ info, name, times }: OptionRow): string {
  const written = times > 1 ? [text.times(times)] : [];
  if (!info) return [text.unknown, ...written].join(' ');
  const numeric = info.minimum !== null || info.maximum !== null;
  const names = [info.name, ...info.aliases].filter((alias) => alias !== name);
  return [
    info.documentation,
    ...(info.deprecated ? [info.deprecated] : []),
    ...(info.values.length > 0 ? [text.allowed(info.values.join(', '))] : []),
    ...(numeric ? [text.range(info.minimum, info.maximum)] : []),
    ...(info.default !== null ? [text.default(info.default)] : []),
    ...(names.length > 0 ? [text.aliases(names.join(', '))] : []),
    ...written,
  ].join(' ');
}

function OptionControl(props: {
  session: EditorSession;
  row: OptionRow;
  inspection: UrlInspection | null;
  writer: OptionWriter;
  error: string | undefined;
  describedBy: string;
  testId: string;
  attempt: (change: Promise<unknown>) => void;
}) {
  const { session, row, inspection, writer, testId, attempt } = props;
  const { info, name, value } = row;
  const kind = info?.kind ?? 'text';
  const unit = text.units[kind];
  const label = unit ? `${plain(name)}, ${text.unitNames[kind]}` : plain(name);
  const shared = { label, hideLabel: true, error: props.error, describedBy: props.describedBy, testId };
  const placeholder = info?.default ?? '';

  if (row.secret) {
    const span = inspection?.secret_spans.find(({ slot }) => secretKey(slot) === secretKey(writer.slot));
    const hidden = span?.state === 'kept' || span?.state === 'typed' ? '••••••••' : '';
    return (
      <SessionField
        {...shared}
        session={session}
        type="password"
        shown={session.secret(writer.slot)}
        placeholder={span?.reference ? `$Secret{${plain(span.reference)}}` : hidden}
        write={writer.typeSecret}
      />
    );
  }
  if (kind === 'boolean' || kind === 'choice') {
    const values = info?.values ?? [];
    const known = values.find((allowed) => allowed.toLowerCase() === value?.toLowerCase()) ?? value;
    const others = known === null || values.includes(known) ? [] : [known];
    return (
      <Select
        {...shared}
        value={known ?? UNSET}
        choices={[
          { id: UNSET, label: info?.default != null ? text.byDefault(info.default) : text.notSet },
          ...[...values, ...others].map((id) => ({ id, label: plain(id) })),
        ]}
        onChange={(next) => attempt(writer.choose(next === UNSET ? null : next))}
      />
    );
  }
  const field = (
    <SessionField
      {...shared}
      session={session}
      shown={value ?? ''}
      placeholder={placeholder}
      write={writer.type}
      {...(info && (unit || kind === 'integer') ? { fault: (next) => numberFault(next, info) } : {})}
    />
  );
  if (unit)
    return (
      <div className={styles.withUnit}>
        {field}
        <span className={styles.unit} aria-hidden="true">
          {unit}
        </span>
      </div>
    );
  if (kind !== 'file' && kind !== 'folder') return field;
  return (
    <div className={styles.withChoose}>
      {field}
      <Button
        iconOnly
        aria-label={text.choose(plain(name))}
        data-testid={`${testId}-choose`}
        onPress={() => {
          const choosing = platform.fileChoose(kind === 'folder');
          attempt(choosing.then((path) => (path === null ? undefined : writer.choose(path))));
        }}
      >
        <Icon of={FolderOpen} small />
      </Button>
    </div>
  );
}
