import { ChevronDown, ChevronRight, ChevronsUpDown } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import { Button } from '../../design/Button';
import { Icon } from '../../design/Icon';
import { plain } from '../../design/text';
import { form as text } from '../../text/connection';
import styles from './form.module.css';
import { type OptionRow, summaryOf } from './optionModel';

/** `set` shows what the string has, and what was asked for; `all` what it could have besides. */
export type SectionView = 'closed' | 'set' | 'all';

/** A group of options. Closed, it says in one line what of them is set. */
export function OptionSection(props: {
  id: string;
  title: string;
  rows: readonly OptionRow[];
  /** How many more there are than are shown. */
  hidden: number;
  view: SectionView;
  onView: (view: SectionView) => void;
  /** What stands above the fields. */
  lead?: ReactNode;
  children: ReactNode;
}) {
  const { id, title, rows, hidden, view, onView } = props;
  const panel = useId();
  const open = view !== 'closed';
  const summary = summaryOf(rows);
  return (
    <section className={styles.section} aria-label={title} data-testid={`section-${id}`} data-view={view}>
      <h3 className={styles.sectionHead}>
        <Button
          look="quiet"
          aria-expanded={open}
          aria-controls={panel}
          data-testid={`section-${id}-toggle`}
          onPress={() => onView(open ? 'closed' : 'all')}
        >
          <Icon of={open ? ChevronDown : ChevronRight} small />
          <span className={styles.sectionTitle}>{title}</span>
          {open ? null : (
            <code className={styles.summary} data-testid={`section-${id}-summary`}>
              {plain(summary)}
            </code>
          )}
        </Button>
      </h3>
      <div id={panel} className={styles.sectionBody} hidden={!open}>
        {open ? props.lead : null}
        {open ? (
          <div className={styles.fields}>
            {props.children}
            {hidden > 0 ? (
              <span className={styles.moreOptions}>
                <Button look="quiet" data-testid={`section-${id}-more`} onPress={() => onView('all')}>
                  <Icon of={ChevronsUpDown} small />
                  {text.moreOptions(hidden)}
                </Button>
              </span>
            ) : null}
          </div>
        ) : null}
      </div>
    </section>
  );
}
