import { Hexagon } from 'lucide-react';
import { useEffect, useState } from 'react';
import { announce } from '../../app/changes';
import { refreshCatalog, useMatrix } from '../../app/queries';
import type { ConfigView } from '../../bindings/ConfigView';
import type { DatabaseView } from '../../bindings/DatabaseView';
import type { EnvironmentView } from '../../bindings/EnvironmentView';
import type { MatrixView } from '../../bindings/MatrixView';
import type { UrlCopyPreview } from '../../bindings/UrlCopyPreview';
import type { UrlCopyRequest } from '../../bindings/UrlCopyRequest';
import type { UrlReplacePart } from '../../bindings/UrlReplacePart';
import { Checkbox, ErrorText, Field } from '../../design/Field';
import { FormDialog } from '../../design/FormDialog';
import { useSubmit } from '../../design/forms';
import { Icon } from '../../design/Icon';
import { ClassBadge, Notice } from '../../design/Layout';
import primitives from '../../design/primitives.module.css';
import { classes, plain } from '../../design/text';
import { asAppError, platform } from '../../platform';
import { copyTo as text } from '../../text/connection';
import { errorText } from '../../text/errors';
import styles from './compare.module.css';
import { Marked } from './Marked';
import { unsavedText } from './sessions';

const PARTS = Object.keys(text.partNames) as UrlReplacePart[];
const PREVIEW_DELAY = 120;

interface Replacement {
  find: string;
  replace: string;
}

interface Preview {
  /** Of what it is: only a preview of what is on the screen may be copied. */
  key: string;
  revision: number;
  items: UrlCopyPreview[];
}

/** One environment's URL for others, with a replacement such as `dev` by `stg`, shown before it is written. */
export function CellCopy(props: { databaseId: string; slug: string; onClose: () => void }) {
  const matrix = useMatrix().data;
  const database = matrix?.databases.find((candidate) => candidate.id === props.databaseId);
  const source = database?.envs.find((config) => config.slug === props.slug);
  return matrix && database && source ? (
    <CopyForm matrix={matrix} database={database} source={source} onClose={props.onClose} />
  ) : null;
}

/** What the copy would make of each target, a moment after the last keystroke. */
function usePreview(request: UrlCopyRequest, revision: number) {
  const [preview, setPreview] = useState<Preview | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const key = JSON.stringify([request, revision]);
  const nothing = request.targets.length === 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the request
  useEffect(() => {
    if (nothing) return;
    let current = true;
    const timer = setTimeout(() => {
      platform
        .urlCopyPreview(request)
        .then((items) => {
          if (!current) return;
          setPreview({ key, revision, items });
          setFailure(null);
        })
        .catch((thrown) => {
          if (current) setFailure(errorText(asAppError(thrown)));
        });
    }, PREVIEW_DELAY);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [key, nothing]);
  return { preview, current: preview?.key === key, failure };
}

function toggled<T>(set: ReadonlySet<T>, item: T, wanted: boolean): ReadonlySet<T> {
  const next = new Set(set);
  if (wanted) next.add(item);
  else next.delete(item);
  return next;
}

function CopyForm({
  matrix,
  database,
  source,
  onClose,
}: {
  matrix: MatrixView;
  database: DatabaseView;
  source: ConfigView;
  onClose: () => void;
}) {
  const { slug } = source;
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [replacements, setReplacements] = useState<Readonly<Record<string, Replacement>>>({});
  const [parts, setParts] = useState<ReadonlySet<UrlReplacePart>>(new Set(['host', 'database', 'user']));
  const [withSecrets, setWithSecrets] = useState(false);
  const sending = useSubmit();
  const { submit, faults, general, setFaults, conflict } = sending;
  const others = matrix.environments.filter((environment) => environment.slug !== slug);
  const targets = others.filter((environment) => chosen.has(environment.slug));
  const replacementOf = (target: string): Replacement =>
    replacements[target] ?? { find: slug, replace: target };
  const request: UrlCopyRequest = {
    config_id: source.id,
    parts: PARTS.filter((part) => parts.has(part)),
    targets: targets.map((target) => ({ slug: target.slug, ...replacementOf(target.slug) })),
    with_secrets: withSecrets,
  };
  const { preview, current, failure } = usePreview(request, database.revision);
  const itemOf = (target: string) =>
    chosen.has(target) ? preview?.items.find((item) => item.slug === target) : undefined;
  const blocked = targets.filter((target) => itemOf(target.slug)?.problem).map((target) => target.slug);
  const production = targets.filter((target) => target.class === 'production').map((target) => target.slug);

  const send = () => {
    if (targets.length === 0) return setFaults({ targets: text.chooseOne });
    if (!preview || !current || blocked.length > 0) return;
    return void submit(async () => {
      try {
        const { activity_id, hints } = await platform.urlCopyApply(request, preview.revision);
        onClose();
        await announce(text.done(targets.map((target) => target.slug).join(', ')), activity_id, hints);
      } catch (thrown) {
        // The preview follows what is there now.
        if (asAppError(thrown).code === 'conflict') await refreshCatalog();
        throw thrown;
      }
    });
  };
  const problem = (conflict ? text.changed : null) ?? general ?? failure ?? Object.values(faults)[0] ?? null;
  return (
    <FormDialog
      title={text.title(plain(database.name), slug)}
      lead={text.lead}
      onClose={onClose}
      wide
      steady
      testId="copy-dialog"
      sending={{ ...sending, general: problem }}
      onSubmit={send}
      action={text.submit(targets.length)}
      actionId="copy-apply"
      isBlocked={blocked.length > 0 || (targets.length > 0 && !current)}
      note={
        <span className={styles.footNote} data-start aria-live="polite" data-testid="copy-note">
          {blocked.length > 0 ? (
            <ErrorText>{text.blocked(plain(blocked.join(', ')))}</ErrorText>
          ) : production.length > 0 ? (
            <span className={styles.production}>
              <Icon of={Hexagon} small />
              {text.production(plain(production.join(', ')))}
            </span>
          ) : null}
        </span>
      }
    >
      {unsavedText(database.id, slug) === null ? null : <Notice tone="warn">{text.unsaved}</Notice>}
      <fieldset className={styles.targets}>
        <legend className={primitives.label}>{text.targets}</legend>
        {others.length === 0 ? <p className={primitives.help}>{text.noTargets}</p> : null}
        {others.map((environment) => (
          <Target
            key={environment.id}
            environment={environment}
            config={database.envs.find((config) => config.slug === environment.slug)}
            chosen={chosen.has(environment.slug)}
            onChoose={(wanted) => setChosen(toggled(chosen, environment.slug, wanted))}
            replacement={replacementOf(environment.slug)}
            onReplacement={(next) => setReplacements({ ...replacements, [environment.slug]: next })}
            preview={itemOf(environment.slug)}
          />
        ))}
      </fieldset>
      <fieldset className={styles.settings}>
        <legend className={primitives.label}>{text.parts}</legend>
        {PARTS.map((part) => (
          <Checkbox
            key={part}
            isSelected={parts.has(part)}
            onChange={(wanted) => setParts(toggled(parts, part, wanted))}
            testId={`copy-part-${part}`}
          >
            {text.partNames[part]}
          </Checkbox>
        ))}
      </fieldset>
      <div>
        <Checkbox isSelected={withSecrets} onChange={setWithSecrets} testId="copy-secrets">
          {text.secrets}
        </Checkbox>
        <p className={primitives.help}>{text.secretsHelp[withSecrets ? 'with' : 'without']}</p>
      </div>
    </FormDialog>
  );
}

interface TargetProps {
  environment: EnvironmentView;
  config: ConfigView | undefined;
  chosen: boolean;
  onChoose: (wanted: boolean) => void;
  replacement: Replacement;
  onReplacement: (next: Replacement) => void;
  preview: UrlCopyPreview | undefined;
}

function Target(props: TargetProps) {
  const { environment, config, chosen, replacement, onReplacement } = props;
  const { slug } = environment;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset in a fieldset would bring its own look
    <div
      role="group"
      aria-label={plain(environment.env_name)}
      className={styles.target}
      data-class={environment.class}
      data-chosen={chosen || undefined}
      data-testid={`copy-target-${slug}`}
    >
      <div className={styles.targetHead}>
        <Checkbox isSelected={chosen} testId={`copy-to-${slug}`} onChange={props.onChoose}>
          {plain(environment.env_name)} <ClassBadge of={environment.class} />
        </Checkbox>
        <span className={primitives.faint}>{config ? text.replaces : text.empty}</span>
      </div>
      {chosen ? (
        <>
          <div className={primitives.pair}>
            <Field
              label={text.find}
              mono
              value={replacement.find}
              onChange={(find) => onReplacement({ ...replacement, find })}
              testId={`copy-find-${slug}`}
            />
            <Field
              label={text.replace}
              mono
              value={replacement.replace}
              onChange={(replace) => onReplacement({ ...replacement, replace })}
              testId={`copy-replace-${slug}`}
            />
          </div>
          <TargetPreview config={config} find={replacement.find} preview={props.preview} slug={slug} />
        </>
      ) : config ? (
        <code className={classes(styles.code, styles.existing)}>{plain(config.connection_url)}</code>
      ) : null}
    </div>
  );
}

function TargetPreview(props: {
  config: ConfigView | undefined;
  find: string;
  preview: UrlCopyPreview | undefined;
  slug: string;
}) {
  const { preview, find, slug } = props;
  const before = preview ? preview.before : (props.config?.connection_url ?? null);
  return (
    <>
      <dl className={styles.preview} aria-live="polite">
        <dt>{text.before}</dt>
        <dd>
          {before === null ? (
            <span className={primitives.faint}>{text.empty}</span>
          ) : (
            <Marked text={before} ranges={[]} testId={`copy-before-${slug}`} />
          )}
        </dd>
        <dt>{text.after}</dt>
        <dd>
          {preview?.problem ? (
            <span data-testid={`copy-problem-${slug}`}>
              <ErrorText>{plain(preview.problem)}</ErrorText>
            </span>
          ) : preview ? (
            <Marked text={preview.after} ranges={preview.replaced} testId={`copy-after-${slug}`} />
          ) : null}
        </dd>
      </dl>
      <div aria-live="polite" className={styles.said}>
        {preview && preview.missing_secrets.length > 0 ? (
          <p className={styles.lacks} data-testid={`copy-missing-${slug}`}>
            {text.missing(plain(preview.missing_secrets.join(', ')))}
          </p>
        ) : null}
        {preview && !preview.problem && find !== '' && preview.replaced.length === 0 ? (
          <p className={primitives.help} data-testid={`copy-unreplaced-${slug}`}>
            {text.nothingReplaced(plain(find))}
          </p>
        ) : null}
      </div>
    </>
  );
}
