import { ArrowDown, ArrowUp, Plus, TriangleAlert, X } from 'lucide-react';
import type { KeyboardEvent } from 'react';
import { GridList, GridListItem } from 'react-aria-components';
import type { SampleFault } from '../../bindings/SampleFault';
import { Button } from '../../design/Button';
import { ErrorText } from '../../design/Field';
import { Icon } from '../../design/Icon';
import primitives from '../../design/primitives.module.css';
import { classes, plain } from '../../design/text';
import { samplesText as text } from '../../text/actionUses';
import styles from './editor.module.css';
import { movedSample, sampleSummary } from './samples';

interface Props {
  /** Each as JSON text; none stands twice. */
  samples: readonly string[];
  /** Of each, what does not fit the inputs as they are typed. */
  faults: readonly SampleFault[][];
  /** Why the last one was not added. */
  refused: string | null;
  /** The environment whose form the values are taken from; none where there is no form yet. */
  from: string | undefined;
  onAdd: () => void;
  onChange: (samples: string[]) => void;
}

/** The samples of an action in its editor: one is made of what stands in the form of a run. */
export function Samples({ samples, faults, refused, from, onAdd, onChange }: Props) {
  const move = (index: number, by: -1 | 1) => onChange(movedSample(samples, index, by));
  const remove = (index: number) => {
    onChange(samples.filter((_, at) => at !== index));
    if (samples.length === 1) document.querySelector<HTMLElement>('[data-testid="sample-add"]')?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>('[role=row]') : null;
    const index = samples.indexOf(row?.dataset.key ?? '');
    if (index < 0) return;
    if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown'))
      move(index, event.key === 'ArrowUp' ? -1 : 1);
    else if (event.key === 'Delete' && event.target === row) remove(index);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className={primitives.field} onKeyDownCapture={onKeyDown}>
      <span className={primitives.label}>
        {text.title}
        <span className={primitives.optional}> {text.optional}</span>
      </span>
      {samples.length === 0 ? null : (
        <GridList aria-label={text.title} className={styles.samples ?? ''} data-testid="samples">
          {samples.map((sample, index) => (
            <GridListItem
              key={sample}
              id={sample}
              textValue={text.nth(index + 1)}
              className={styles.sample ?? ''}
              data-testid={`sample-${index + 1}`}
            >
              <span className={styles.sampleText}>
                <span className={styles.sampleName}>{text.nth(index + 1)}</span>
                <code className={classes(styles.sampleValues, primitives.truncate)} title={plain(sample)}>
                  {plain(sampleSummary(sample)) || text.nothing}
                </code>
                {(faults[index] ?? []).length > 0 ? (
                  <span className={styles.sampleFault} data-testid={`sample-fault-${index + 1}`}>
                    <Icon of={TriangleAlert} small />
                    <span>
                      {text.unfit}{' '}
                      {(faults[index] ?? [])
                        .map(({ field, message }) => plain(`${field}: ${message}`))
                        .join(' ')}
                    </span>
                  </span>
                ) : null}
              </span>
              <span className={styles.sampleTools}>
                <Tool
                  label={text.up(index + 1)}
                  icon={ArrowUp}
                  off={index === 0}
                  onPress={() => move(index, -1)}
                />
                <Tool
                  label={text.down(index + 1)}
                  icon={ArrowDown}
                  off={index === samples.length - 1}
                  onPress={() => move(index, 1)}
                />
                <Tool label={text.remove(index + 1)} icon={X} onPress={() => remove(index)} />
              </span>
            </GridListItem>
          ))}
        </GridList>
      )}
      <div className={styles.sampleAdd}>
        <Button small look="quiet" onPress={onAdd} isDisabled={from === undefined} data-testid="sample-add">
          <Icon of={Plus} small />
          {from === undefined ? text.addPlain : text.add(from)}
        </Button>
        <span className={primitives.help}>{from === undefined ? text.none : text.help}</span>
      </div>
      <div role="status" data-testid="sample-refused">
        {refused === null ? null : <ErrorText>{refused}</ErrorText>}
      </div>
    </div>
  );
}

function Tool(props: { label: string; icon: typeof X; off?: boolean; onPress: () => void }) {
  return (
    <Button
      look="quiet"
      small
      iconOnly
      aria-label={props.label}
      isDisabled={props.off ?? false}
      onPress={props.onPress}
    >
      <Icon of={props.icon} small />
    </Button>
  );
}
