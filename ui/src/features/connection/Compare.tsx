import { ArrowLeft, ArrowLeftRight, ArrowRight, CircleQuestionMark, Equal, EqualNot } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useMatrix } from '../../app/queries';
import type { CompareSide } from '../../bindings/CompareSide';
import type { DatabaseView } from '../../bindings/DatabaseView';
import type { EnvironmentView } from '../../bindings/EnvironmentView';
import type { UrlComparison } from '../../bindings/UrlComparison';
import type { UrlPartComparison } from '../../bindings/UrlPartComparison';
import { Button } from '../../design/Button';
import { Dialog } from '../../design/Dialog';
import { Checkbox, Select } from '../../design/Field';
import { Icon } from '../../design/Icon';
import { Notice } from '../../design/Layout';
import primitives from '../../design/primitives.module.css';
import { plain } from '../../design/text';
import { asAppError, platform } from '../../platform';
import { common } from '../../text/common';
import { compare as text } from '../../text/connection';
import { errorText } from '../../text/errors';
import styles from './compare.module.css';
import { differing, Marked } from './Marked';
import { unsavedText } from './sessions';

const ICONS = {
  same: Equal,
  different: EqualNot,
  only_left: ArrowLeft,
  only_right: ArrowRight,
  unknown: CircleQuestionMark,
};

/** Two environments' URLs of a database, part by part. Secrets are compared and never shown. */
export function Compare(props: { databaseId: string; slug: string; onClose: () => void }) {
  const matrix = useMatrix().data;
  const database = matrix?.databases.find((candidate) => candidate.id === props.databaseId);
  if (!matrix || !database) return null;
  return (
    <CompareDialog
      database={database}
      environments={matrix.environments}
      slug={props.slug}
      onClose={props.onClose}
    />
  );
}

function sideOf(database: DatabaseView, slug: string): CompareSide {
  const unsaved = unsavedText(database.id, slug);
  return unsaved === null ? { slug } : { slug, text: unsaved };
}

/** What can be compared: whatever has a URL, be it only a typed one. */
function comparable(database: DatabaseView, environments: EnvironmentView[]): string[] {
  return environments
    .map(({ slug }) => slug)
    .filter(
      (slug) =>
        database.envs.some((config) => config.slug === slug) || unsavedText(database.id, slug)?.trim(),
    );
}

function useComparison(database: DatabaseView, left: string, right: string) {
  const [found, setFound] = useState<UrlComparison | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  useEffect(() => {
    let current = true;
    platform
      .urlCompare(database.id, sideOf(database, left), sideOf(database, right))
      .then((comparison) => {
        if (!current) return;
        setFound(comparison);
        setFailure(null);
      })
      .catch((thrown) => {
        if (!current) return;
        setFound(null);
        setFailure(errorText(asAppError(thrown)));
      });
    return () => {
      current = false;
    };
  }, [database, left, right]);
  return { found, failure };
}

function CompareDialog({
  database,
  environments,
  slug,
  onClose,
}: {
  database: DatabaseView;
  environments: EnvironmentView[];
  slug: string;
  onClose: () => void;
}) {
  const slugs = comparable(database, environments);
  const [left, setLeft] = useState(slug);
  const [right, setRight] = useState(slugs.find((other) => other !== slug) ?? slug);
  const [onlyDifferent, setOnlyDifferent] = useState(false);
  const { found, failure } = useComparison(database, left, right);
  const choices = environments
    .filter((environment) => slugs.includes(environment.slug))
    .map((environment) => ({
      id: environment.slug,
      label: plain(`${environment.env_name} (${environment.slug})`),
    }));
  const typed = [...new Set([left, right])].filter((side) => unsavedText(database.id, side) !== null);
  const parts = (found?.parts ?? []).filter((part) => !onlyDifferent || part.state !== 'same');
  return (
    <Dialog
      title={text.title(plain(database.name))}
      lead={text.lead}
      onClose={onClose}
      wide
      testId="compare-dialog"
    >
      <div className={primitives.dialogBody}>
        {slugs.length < 2 ? <Notice>{text.alone}</Notice> : null}
        <div className={styles.sides}>
          <Select label={text.left} value={left} choices={choices} onChange={setLeft} testId="compare-left" />
          <Button
            look="quiet"
            iconOnly
            aria-label={text.swap}
            data-testid="compare-swap"
            onPress={() => {
              setLeft(right);
              setRight(left);
            }}
          >
            <Icon of={ArrowLeftRight} small />
          </Button>
          <Select
            label={text.right}
            value={right}
            choices={choices}
            onChange={setRight}
            testId="compare-right"
          />
        </div>
        {failure ? (
          <Notice tone="error" role="alert">
            {failure}
          </Notice>
        ) : null}
        {found ? (
          <>
            <div className={styles.summary}>
              <p aria-live="polite" data-testid="compare-summary">
                {text.summary(found.parts.filter((part) => part.state !== 'same').length)}
                {typed.length > 0 ? ` ${text.unsaved(plain(typed.join(', ')))}` : ''}
              </p>
              <Checkbox
                isSelected={onlyDifferent}
                onChange={setOnlyDifferent}
                testId="compare-only-different"
              >
                {text.onlyDifferent}
              </Checkbox>
            </div>
            {parts.length > 0 ? (
              <table className={styles.table} data-testid="compare-table">
                <thead>
                  <tr>
                    <th scope="col">{text.part}</th>
                    <th scope="col">{plain(left)}</th>
                    <th scope="col">{plain(right)}</th>
                    <th scope="col">{text.verdict}</th>
                  </tr>
                </thead>
                <tbody>
                  {parts.map((part) => (
                    <Row key={`${part.part}-${part.name ?? ''}`} part={part} />
                  ))}
                </tbody>
              </table>
            ) : null}
            {parts.some((part) => part.state === 'unknown') ? (
              <p className={primitives.help}>{text.unknownHelp}</p>
            ) : null}
          </>
        ) : null}
      </div>
      <div className={primitives.dialogFoot}>
        <Button onPress={onClose} data-testid="compare-close">
          {common.close}
        </Button>
      </div>
    </Dialog>
  );
}

function Row({ part }: { part: UrlPartComparison }) {
  const name =
    part.part === 'option' ? (part.name ?? '') : `${text.parts[part.part] ?? part.part} ${part.name ?? ''}`;
  return (
    <tr data-state={part.state} data-part={part.part}>
      <th scope="row">{plain(name.trim())}</th>
      <td>
        <Value of={part.left} other={part.right} secret={part.secret} />
      </td>
      <td>
        <Value of={part.right} other={part.left} secret={part.secret} />
      </td>
      <td>
        <span className={styles.state}>
          <Icon of={ICONS[part.state]} small />
          {text.states[part.state]}
        </span>
      </td>
    </tr>
  );
}

/** A value with the piece marked that the other side has otherwise. */
function Value({ of, other, secret }: { of: string | null; other: string | null; secret: boolean }) {
  if (of === null) return <span className={primitives.faint}>{text.absent}</span>;
  if (secret) return <span className={primitives.faint}>{text.hidden}</span>;
  return <Marked text={of} ranges={other === null || other === of ? [] : [differing(of, other)]} />;
}
