import { Wrench } from 'lucide-react';
import { useState } from 'react';
import { shortcut } from '../../app/platformKeys';
import type { UrlInspection } from '../../bindings/UrlInspection';
import type { UrlTextChange } from '../../bindings/UrlTextChange';
import { Button } from '../../design/Button';
import { Icon } from '../../design/Icon';
import primitives from '../../design/primitives.module.css';
import { classes, plain } from '../../design/text';
import { common } from '../../text/common';
import { problems as text } from '../../text/connection';
import styles from './connection.module.css';
import { type Problem, problemsOf } from './urlProblems';

function fieldName(field: string): string {
  return field.startsWith('option:') ? field.slice('option:'.length) : (text.fields[field] ?? field);
}

interface ProblemsProps {
  inspection: UrlInspection;
  onRepair: (changes: UrlTextChange[]) => void;
  /** By which the string names it as its description. */
  id?: string;
}

/** The problems with their repairs. A repair is shown before it is made, and made only when asked. */
export function Problems({ inspection, onRepair, id }: ProblemsProps) {
  const [open, setOpen] = useState<string | null>(null);
  const found = problemsOf(inspection);
  if (found.length === 0) return null;
  return (
    <div className={styles.notes} id={id} data-testid="url-notes">
      <ul className={styles.notes} aria-live="polite">
        {found.map((problem, index) => {
          const key = `${problem.kind}-${problem.note.code}-${problem.note.start}-${index}`;
          return (
            <ProblemLine
              key={key}
              problem={problem}
              open={open === key}
              onOpen={(next) => setOpen(next ? key : null)}
              onRepair={onRepair}
            />
          );
        })}
      </ul>
      {found.some(({ note }) => note.repair) ? (
        <p className={primitives.help}>{text.keys(shortcut('.'))}</p>
      ) : null}
    </div>
  );
}

function ProblemLine(props: {
  problem: Problem;
  open: boolean;
  onOpen: (open: boolean) => void;
  onRepair: (changes: UrlTextChange[]) => void;
}) {
  const { open, onOpen, onRepair } = props;
  const { kind, note } = props.problem;
  const { repair } = note;
  return (
    <li className={styles.note} data-kind={kind} data-code={note.code}>
      <strong>{text.kinds[kind]}</strong>
      {note.field ? <span className={primitives.faint}>{plain(fieldName(note.field))}</span> : null}
      <span className={styles.noteBody}>
        <span className={styles.wrap}>{plain(note.message)}</span>
        {repair ? (
          <Button
            look="plain"
            small
            aria-expanded={open}
            onPress={() => onOpen(!open)}
            data-testid="show-repair"
          >
            <Icon of={Wrench} small />
            {plain(repair.label)}
          </Button>
        ) : null}
        {repair && open ? (
          // biome-ignore lint/a11y/useSemanticElements: a fieldset would bring its own look
          <span role="group" aria-label={text.preview} className={styles.repair}>
            <span className={primitives.label}>{text.becomes}</span>
            <code className={classes(styles.previewUrl, styles.wrap)} data-testid="repair-preview">
              {plain(repair.preview)}
            </code>
            <span className={styles.actions}>
              <Button
                look="primary"
                small
                data-testid="apply-repair"
                onPress={() => {
                  onOpen(false);
                  onRepair(repair.changes);
                }}
              >
                {text.apply}
              </Button>
              <Button small onPress={() => onOpen(false)}>
                {common.cancel}
              </Button>
            </span>
          </span>
        ) : null}
      </span>
    </li>
  );
}
