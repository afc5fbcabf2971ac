import { ArrowLeftRight } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useMatrix } from '../../app/queries';
import type { CompareSide } from '../../bindings/CompareSide';
import type { DatabaseView } from '../../bindings/DatabaseView';
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
import { unsavedText } from './sessions';

/** Two environments' URLs of a database, part by part. Secrets are compared and never shown. */
export function Compare(props: { databaseId: string; slug: string; onClose: () => void }) {
  const database = useMatrix().data?.databases.find((candidate) => candidate.id === props.databaseId);
  return database ? <CompareDialog database={database} slug={props.slug} onClose={props.onClose} /> : null;
}

function sideOf(database: DatabaseView, slug: string): CompareSide {
  const unsaved = unsavedText(database.id, slug);
  return unsaved === null ? { slug } : { slug, text: unsaved };
}

function CompareDialog({
  database,
  slug,
  onClose,
}: {
  database: DatabaseView;
  slug: string;
  onClose: () => void;
}) {
  const slugs = database.envs.map((config) => config.slug);
  const [left, setLeft] = useState(slug);
  const [right, setRight] = useState(slugs.find((other) => other !== slug) ?? slug);
  const [onlyDifferent, setOnlyDifferent] = useState(false);
  const [found, setFound] = useState<UrlComparison | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  useEffect(() => {
    let current = true;
    setFailure(null);
    platform
      .urlCompare(database.id, sideOf(database, left), sideOf(database, right))
      .then((comparison) => {
        if (current) setFound(comparison);
      })
      .catch((thrown) => {
        if (current) setFailure(errorText(asAppError(thrown)));
      });
    return () => {
      current = false;
    };
  }, [database, left, right]);
  const choices = slugs.map((id) => ({ id, label: id }));
  const parts = (found?.parts ?? []).filter((part) => !onlyDifferent || part.state !== 'same');
  return (
    <Dialog title={text.title(plain(database.name))} lead={text.lead} onClose={onClose} wide>
      <div className={primitives.dialogBody}>
        <div className={styles.sides}>
          <Select label={text.left} value={left} choices={choices} onChange={setLeft} testId="compare-left" />
          <Button
            look="quiet"
            iconOnly
            aria-label={text.swap}
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
            <p className={primitives.help} aria-live="polite" data-testid="compare-summary">
              {text.summary(found.parts.filter((part) => part.state !== 'same').length)}
              {unsavedText(database.id, left) !== null || unsavedText(database.id, right) !== null
                ? ` ${text.unsaved}`
                : ''}
            </p>
            <Checkbox isSelected={onlyDifferent} onChange={setOnlyDifferent} testId="compare-only-different">
              {text.onlyDifferent}
            </Checkbox>
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
          </>
        ) : null}
      </div>
      <div className={primitives.dialogFoot}>
        <Button onPress={onClose}>{common.close}</Button>
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
      <td className={styles.state}>
        <span aria-hidden="true">{text.marks[part.state]}</span> {text.states[part.state]}
      </td>
    </tr>
  );
}

/** A value with the piece marked that the other side has otherwise. */
function Value(props: { of: string | null; other: string | null; secret: boolean }) {
  const { of, other, secret } = props;
  if (of === null) return <span className={primitives.faint}>{text.absent}</span>;
  if (secret) return <span className={primitives.faint}>{text.hidden}</span>;
  if (other === null || other === of) return <code>{plain(of)}</code>;
  const [start, end] = differing(of, other);
  return (
    <code>
      {plain(of.slice(0, start))}
      {end > start ? <mark className={styles.mark}>{plain(of.slice(start, end))}</mark> : null}
      {plain(of.slice(end))}
    </code>
  );
}

/** Where a text differs from another: what is left between their common start and their common end. */
export function differing(text: string, other: string): [number, number] {
  const shortest = Math.min(text.length, other.length);
  let start = 0;
  while (start < shortest && text[start] === other[start]) start += 1;
  let tail = 0;
  while (tail < shortest - start && text[text.length - 1 - tail] === other[other.length - 1 - tail])
    tail += 1;
  return [start, text.length - tail];
}
