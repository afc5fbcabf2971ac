import { useMutation } from '@tanstack/react-query';
import { CheckCheck, ClipboardCopy, GitCompareArrows, Plus } from 'lucide-react';
import { useState } from 'react';
import { engineOf, useEngines } from '../../app/queries';
import type { SchemaComparison } from '../../bindings/SchemaComparison';
import { Button } from '../../design/Button';
import { Field, Select } from '../../design/Field';
import { FormDialog } from '../../design/FormDialog';
import { useSubmit } from '../../design/forms';
import { Icon } from '../../design/Icon';
import { Notice, Waiting } from '../../design/Layout';
import primitives from '../../design/primitives.module.css';
import { Segments } from '../../design/Segments';
import { plain } from '../../design/text';
import { say } from '../../design/toasts';
import { asAppError, platform } from '../../platform';
import { errorText } from '../../text/errors';
import { confirmText, deedText, schemaText as text } from '../../text/migrationRuns';
import { CodeView } from '../actions/CodeView';
import { toClipboard } from '../results/clipboard';
import { refreshCells } from './cells';
import { Differences } from './Differences';
import { emptyDraft, newKey, setDraft } from './drafts';
import type { TabProps } from './MigrationsScreen';
import styles from './migrations.module.css';
import { openNewMigration, place } from './place';
import schema from './schema.module.css';

/** What the last run left, as the left of a comparison. */
const LAST = '*';

export default function SchemaTab({ database, environments, environment }: TabProps) {
  const sql = engineOf(useEngines(), database.type)?.template_language !== 'json';
  const [chosenLeft, setLeft] = useState<string>(LAST);
  const comparing = useMutation({
    mutationFn: ({ left, right }: { left: string; right: string }) =>
      left === LAST
        ? platform.migrationDrift(database.id, right)
        : platform.migrationDiff(database.id, left, right),
  });
  if (!environment)
    return (
      <div className={styles.padded}>
        <Notice>{deedText.noEnvironment}</Notice>
      </div>
    );
  const right = environment.slug;
  const configured = environments.filter(({ slug }) => database.envs.some((config) => config.slug === slug));
  const left = chosenLeft === right ? LAST : chosenLeft;
  const asked = comparing.variables;
  const current = asked?.left === left && asked.right === right;
  return (
    <div className={styles.padded} data-testid="migration-schema">
      <div className={schema.bar}>
        <Select
          label={text.left}
          value={left}
          choices={[
            { id: LAST, label: text.last },
            ...configured
              .filter(({ slug }) => slug !== right)
              .map(({ slug, env_name }) => ({ id: slug, label: `${slug} (${plain(env_name)})` })),
          ]}
          onChange={setLeft}
          testId="schema-left"
        />
        <Select
          label={text.right}
          value={right}
          choices={configured.map(({ slug, env_name }) => ({
            id: slug,
            label: `${slug} (${plain(env_name)})`,
          }))}
          onChange={(slug) => place.set({ slug })}
          testId="schema-right"
        />
        <Button
          look="primary"
          onPress={() => comparing.mutate({ left, right })}
          isDisabled={comparing.isPending}
          data-testid="schema-compare"
        >
          <Icon of={GitCompareArrows} small />
          {text.compare}
        </Button>
      </div>
      {comparing.isPending ? (
        <Waiting label={text.comparing} />
      ) : comparing.error && current ? (
        <Notice tone="error" role="alert">
          {errorText(asAppError(comparing.error))}
        </Notice>
      ) : comparing.data && current ? (
        <Compared
          key={`${left} ${right} ${comparing.submittedAt}`}
          comparison={comparing.data}
          sql={sql}
          database={database}
          slug={right}
          isDrift={left === LAST}
          isProduction={environment.class === 'production'}
          onAccepted={() => comparing.mutate({ left, right })}
        />
      ) : (
        <p className={primitives.faint}>{text.none}</p>
      )}
    </div>
  );
}

function Compared(props: {
  comparison: SchemaComparison;
  sql: boolean;
  database: TabProps['database'];
  slug: string;
  isDrift: boolean;
  isProduction: boolean;
  onAccepted: () => void;
}) {
  const { comparison, sql, database, slug } = props;
  const { differences } = comparison;
  const left = plain(comparison.left);
  const right = plain(comparison.right);
  const [toward, setToward] = useState<'right' | 'left'>('right');
  const [accepting, setAccepting] = useState(false);
  const mend = toward === 'right' ? comparison.mend : comparison.mend_left;
  if (differences.length === 0)
    return (
      <p className={schema.result} role="status" data-testid="schema-same">
        {text.same(left, right)}
      </p>
    );
  const statements = mend.map(({ statement }) => statement);
  const script = sql
    ? statements.map((one) => `${one.replace(/;\s*$/, '')};`).join('\n\n')
    : `[\n  ${statements.join(',\n  ')}\n]`;
  const accept = async (confirm: string | null) => {
    await platform.migrationDriftAccept(database.id, slug, confirm);
    say({ text: text.accepted(slug) });
    const config = database.envs.find((candidate) => candidate.slug === slug);
    if (config) void refreshCells([config.id]);
    props.onAccepted();
  };
  return (
    <div className={schema.result}>
      <span className="visually-hidden" role="status">
        {text.differences(differences.length)}
      </span>
      <div className={primitives.row}>
        <h2 data-testid="schema-count">{text.differences(differences.length)}</h2>
        {props.isDrift ? (
          <Button small onPress={() => setAccepting(true)} data-testid="accept-drift">
            <Icon of={CheckCheck} small />
            {text.accept}
          </Button>
        ) : null}
      </div>
      <Differences of={differences} sql={sql} left={left} right={right} />
      <div className={primitives.row}>
        <h2>{text.mend}</h2>
        {comparison.mend_left.length > 0 ? (
          <Segments
            label={text.mend}
            hideLabel
            value={toward}
            choices={[
              { id: 'right', label: text.toward(right, left), testId: 'mend-right' },
              { id: 'left', label: text.toward(left, right), testId: 'mend-left' },
            ]}
            onChange={(next) => setToward(next as typeof toward)}
          />
        ) : null}
      </div>
      {mend.length === 0 ? (
        <p className={primitives.faint}>{text.noMend}</p>
      ) : (
        <>
          <ol className={schema.mend} data-testid="mend">
            {mend.map(({ statement, destructive, note }) => (
              <li key={statement}>
                <CodeView text={plain(statement)} sql={sql} />
                {destructive || note !== null ? (
                  <p className={schema.mendNote} data-destructive={destructive || undefined}>
                    {[destructive ? `${text.destructive}.` : '', note === null ? '' : plain(note)]
                      .filter(Boolean)
                      .join(' ')}
                  </p>
                ) : null}
              </li>
            ))}
          </ol>
          <div className={primitives.row}>
            <Button
              onPress={() => {
                const draft = emptyDraft();
                const name = text.name(toward === 'right' ? slug : left);
                setDraft(
                  newKey(database.id),
                  { ...draft, name, texts: { ...draft.texts, up: script } },
                  null,
                  true,
                );
                openNewMigration(database.id);
              }}
              data-testid="mend-migration"
            >
              <Icon of={Plus} small />
              {text.newMigration}
            </Button>
            <Button
              onPress={async () => {
                if (await toClipboard(script)) say({ text: text.copied });
              }}
              data-testid="mend-copy"
            >
              <Icon of={ClipboardCopy} small />
              {text.copy}
            </Button>
          </div>
        </>
      )}
      {accepting ? (
        <AcceptDialog
          slug={slug}
          tag={props.isProduction ? database.tag : null}
          onAccept={accept}
          onClose={() => setAccepting(false)}
        />
      ) : null}
    </div>
  );
}

function AcceptDialog(props: {
  slug: string;
  /** What must be typed; null where a click is enough. */
  tag: string | null;
  onAccept: (confirm: string | null) => Promise<void>;
  onClose: () => void;
}) {
  const { tag } = props;
  const [typed, setTyped] = useState('');
  const sending = useSubmit();
  const right = tag === null || typed.trim() === tag;
  return (
    <FormDialog
      title={text.acceptTitle(props.slug)}
      lead={text.acceptHelp}
      onClose={props.onClose}
      sending={sending}
      onSubmit={() => {
        if (!right) return;
        void sending.submit(async () => {
          await props.onAccept(tag);
          props.onClose();
        });
      }}
      action={text.accept}
      actionId="accept-drift-confirm"
      isBlocked={!right}
      testId="accept-drift-dialog"
    >
      {tag === null ? null : (
        <Field
          label={confirmText.tag}
          value={typed}
          onChange={setTyped}
          mono
          autoFocus
          placeholder={tag}
          error={typed === '' || tag.startsWith(typed.trim()) ? undefined : confirmText.mismatch}
          testId="accept-drift-tag"
        />
      )}
    </FormDialog>
  );
}
