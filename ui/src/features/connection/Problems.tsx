import { Wrench } from 'lucide-react';
import { useState } from 'react';
import type { UrlInspection } from '../../bindings/UrlInspection';
import type { UrlNote } from '../../bindings/UrlNote';
import type { UrlTextChange } from '../../bindings/UrlTextChange';
import { Button } from '../../design/Button';
import { Icon } from '../../design/Icon';
import primitives from '../../design/primitives.module.css';
import { plain } from '../../design/text';
import { common } from '../../text/common';
import { problems as text } from '../../text/connection';
import styles from './connection.module.css';

export type ProblemKind = keyof typeof text.kinds;

/** Every error, warning and hint of a string, the gravest first. */
export function problemsOf(inspection: UrlInspection): { kind: ProblemKind; note: UrlNote }[] {
  return [
    ...(inspection.error ? [{ kind: 'error' as const, note: inspection.error }] : []),
    ...inspection.warnings.map((note) => ({ kind: 'warning' as const, note })),
    ...inspection.hints.map((note) => ({ kind: 'hint' as const, note })),
  ];
}

function fieldName(field: string): string {
  return field.startsWith('option:') ? field.slice('option:'.length) : (text.fields[field] ?? field);
}

/** The problems with their repairs. A repair is shown before it is made, and made only when asked. */
export function Problems(props: { inspection: UrlInspection; onRepair: (changes: UrlTextChange[]) => void }) {
  const { inspection, onRepair } = props;
  const [open, setOpen] = useState<string | null>(null);
  const found = problemsOf(inspection);
  if (found.length === 0) return null;
  return (
    <ul className={styles.notes} aria-live="polite" data-testid="url-notes">
      {found.map(({ kind, note }, index) => {
        const key = `${kind}-${note.code}-${note.start}-${index}`;
        const { repair } = note;
        return (
          <li key={key} className={styles.note} data-kind={kind} data-code={note.code}>
            <strong>{text.kinds[kind]}</strong>
            {note.field ? <span className={primitives.faint}>{plain(fieldName(note.field))}</span> : null}
            <span className={styles.noteBody}>
              <span className={styles.wrap}>{plain(note.message)}</span>
              {repair ? (
                <span>
                  <Button
                    look="quiet"
                    small
                    aria-expanded={open === key}
                    onPress={() => setOpen(open === key ? null : key)}
                    data-testid="show-repair"
                  >
                    <Icon of={Wrench} small />
                    {plain(repair.label)}
                  </Button>
                </span>
              ) : null}
              {repair && open === key ? (
                // biome-ignore lint/a11y/useSemanticElements: a fieldset would bring its own look
                <span role="group" aria-label={text.preview} className={styles.repair}>
                  <span className={primitives.label}>{text.becomes}</span>
                  <code className={styles.previewUrl} data-testid="repair-preview">
                    {plain(repair.preview)}
                  </code>
                  <span className={styles.actions}>
                    <Button
                      look="primary"
                      small
                      data-testid="apply-repair"
                      onPress={() => {
                        setOpen(null);
                        onRepair(repair.changes);
                      }}
                    >
                      {text.apply}
                    </Button>
                    <Button small onPress={() => setOpen(null)}>
                      {common.cancel}
                    </Button>
                  </span>
                </span>
              ) : null}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
