import type { LucideIcon } from 'lucide-react';
import { Button as AriaButton } from 'react-aria-components';
import { Icon } from '../../design/Icon';
import primitives from '../../design/primitives.module.css';
import styles from './Discovery.module.css';

export interface Way {
  id: string;
  icon: LucideIcon;
  title: string;
  text: string;
  run: () => void;
}

/** Equal ways to go on: each says what it does before it is taken. */
export function Ways(props: { label: string; ways: Way[]; isDisabled?: boolean }) {
  return (
    <ul className={styles.ways} aria-label={props.label}>
      {props.ways.map((way) => (
        <li key={way.id}>
          <AriaButton
            className={styles.way ?? ''}
            onPress={way.run}
            isDisabled={props.isDisabled ?? false}
            data-testid={`way-${way.id}`}
          >
            <Icon of={way.icon} />
            <span className={styles.wayText}>
              <span className={styles.wayTitle}>{way.title}</span>
              <span className={primitives.faint}>{way.text}</span>
            </span>
          </AriaButton>
        </li>
      ))}
    </ul>
  );
}
