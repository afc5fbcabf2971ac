import { Radio, RadioGroup } from 'react-aria-components';
import type { EnvironmentView } from '../../bindings/EnvironmentView';
import { Icon } from '../../design/Icon';
import { CLASS_SHAPES } from '../../design/Layout';
import { plain } from '../../design/text';
import { runForm as text } from '../../text/actions';
import { classNames } from '../../text/common';
import styles from './run.module.css';

/** Where to run: each environment with the colour, the shape and the word of its class. */
export function EnvironmentChooser(props: {
  environments: EnvironmentView[];
  configured: ReadonlySet<string>;
  slug: string;
  onChange: (slug: string) => void;
  label?: string;
  /** Of its test ids. */
  name?: string;
}) {
  const { name } = props;
  return (
    <RadioGroup
      className={styles.environments ?? ''}
      aria-label={props.label ?? text.environment}
      orientation="horizontal"
      value={props.slug}
      onChange={props.onChange}
      data-testid={name ?? 'action-environment'}
    >
      {props.environments.map((environment) => {
        const { slug } = environment;
        const missing = !props.configured.has(slug);
        return (
          <Radio
            key={slug}
            value={slug}
            isDisabled={missing}
            className={styles.environment ?? ''}
            data-class={environment.class}
            data-inactive={!environment.active || undefined}
            data-testid={name === undefined ? `run-in-${slug}` : `${name}-${slug}`}
          >
            <Icon of={CLASS_SHAPES[environment.class]} small />
            <strong>{slug}</strong>
            <span className={styles.className}>
              {missing
                ? text.notConfigured
                : environment.active
                  ? classNames[environment.class]
                  : text.inactive}
            </span>
            <span className="visually-hidden">{plain(environment.env_name)}</span>
          </Radio>
        );
      })}
    </RadioGroup>
  );
}
