import { KeyRound, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import type { DiscoveryNote } from '../../bindings/DiscoveryNote';
import { Button } from '../../design/Button';
import { Checkbox, Field, Select } from '../../design/Field';
import { Icon } from '../../design/Icon';
import { Badge } from '../../design/Layout';
import primitives from '../../design/primitives.module.css';
import { plain } from '../../design/text';
import { discovery as text } from '../../text/discovery';
import styles from './Discovery.module.css';
import type { Found } from './found';

/** So many are drawn at once; more come when they are asked for. */
const PAGE = 100;

/** The connections that were found, each with where it goes. */
export function FoundList(props: {
  rows: Found[];
  onRows: (rows: Found[]) => void;
  environments: string[];
  faults: Record<string, string>;
}) {
  const { rows, onRows, environments, faults } = props;
  const [shown, setShown] = useState(PAGE);
  const choices = environments.map((id) => ({ id, label: id }));
  const change = (id: string, patch: Partial<Found>) =>
    onRows(rows.map((row) => (row.view.id === id ? { ...row, ...patch } : row)));
  const picked = rows.filter((row) => row.picked);
  const left = rows.length - shown;
  return (
    <>
      <table className={styles.list} aria-label={text.list}>
        <thead>
          <tr>
            <th scope="col">
              <Checkbox
                isSelected={picked.length === rows.length}
                onChange={(all) => onRows(rows.map((row) => ({ ...row, picked: all })))}
                label={text.all}
                testId="discover-all"
              >
                <span className="visually-hidden">{text.columns.pick}</span>
              </Checkbox>
            </th>
            <th scope="col">{text.columns.connection}</th>
            <th scope="col">{text.columns.database}</th>
            <th scope="col">{text.columns.environment}</th>
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, shown).map((row) => {
            const path = row.picked ? `picks[${picked.indexOf(row)}]` : '';
            return (
              <tr key={row.view.id} data-testid={`found-${row.view.name}`} data-picked={row.picked}>
                <td>
                  <Checkbox
                    isSelected={row.picked}
                    onChange={(wanted) => change(row.view.id, { picked: wanted })}
                    label={text.take(plain(row.view.name))}
                    testId={`take-${row.view.name}`}
                  >
                    {null}
                  </Checkbox>
                </td>
                <td className={styles.connection}>
                  <Connection row={row} />
                </td>
                <td>
                  <Field
                    label={text.databaseOf(plain(row.view.name))}
                    hideLabel
                    mono
                    value={row.database}
                    onChange={(database) => change(row.view.id, { database })}
                    isDisabled={!row.picked}
                    error={row.picked ? faults[path] : undefined}
                    path={path}
                  />
                </td>
                <td>
                  <Select
                    label={text.environmentOf(plain(row.view.name))}
                    hideLabel
                    value={row.environment}
                    choices={choices}
                    onChange={(environment) => change(row.view.id, { environment })}
                    isDisabled={!row.picked}
                    testId={`environment-${row.view.name}`}
                  />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {left > 0 ? (
        <div className={primitives.row}>
          <Button small onPress={() => setShown(shown + PAGE)} data-testid="discover-more">
            {text.more(Math.min(left, PAGE))}
          </Button>
        </div>
      ) : null}
    </>
  );
}

/** What it is, where it was found, and what to know about it. */
function Connection({ row: { view, environment } }: { row: Found }) {
  const place = view.line === undefined ? view.file : `${view.file}:${view.line}`;
  const { secrets, warnings } = view;
  return (
    <>
      <span className={primitives.row}>
        <Badge>{view.type}</Badge>
        <span className={styles.name}>{plain(view.name)}</span>
        {secrets.length > 0 ? (
          <span className={styles.mark}>
            <Icon of={KeyRound} small />
            {secrets.length === 1 ? text.keyring : text.secrets(secrets.length)}
          </span>
        ) : (
          <span className={primitives.faint}>{text.noPassword}</span>
        )}
      </span>
      <code className={styles.url} data-selectable>
        {plain(view.connection_url)}
      </code>
      <span className={styles.place}>
        {text.sources[view.source] ?? plain(view.source)} · <span>{plain(place)}</span>
      </span>
      {view.known_as ? <Remark>{text.known(plain(view.known_as))}</Remark> : null}
      {view.duplicate_of && !view.known_as ? <Remark>{text.duplicate}</Remark> : null}
      {view.environment_assumed && environment === view.environment ? (
        <Remark>{text.environmentAssumed}</Remark>
      ) : null}
      {warnings.map((warning) => (
        <Remark key={warning.message}>{plain(warning.message)}</Remark>
      ))}
    </>
  );
}

function Remark({ children }: { children: string }) {
  return (
    <span className={styles.remark}>
      <Icon of={TriangleAlert} small />
      <span>{children}</span>
    </span>
  );
}

/** Files that could not be read whole: folded, since most people need none of it. */
export function Notes({ notes }: { notes: DiscoveryNote[] }) {
  if (notes.length === 0) return null;
  return (
    <details className={styles.notes}>
      <summary>{text.notes(notes.length)}</summary>
      <ul>
        {notes.map((note) => (
          <li key={`${note.file} ${note.message}`}>
            <code>{plain(note.file)}</code> {plain(note.message)}
          </li>
        ))}
      </ul>
    </details>
  );
}
