import type { ReactNode } from 'react';
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components';
import styles from './primitives.module.css';
import { classes } from './text';

export interface ButtonProps extends Omit<AriaButtonProps, 'className' | 'children'> {
  look?: 'plain' | 'primary' | 'danger' | 'quiet';
  small?: boolean;
  /** Only an icon shows: then `aria-label` says what it does. */
  iconOnly?: boolean;
  children: ReactNode;
  'data-testid'?: string;
}

export function Button({ look = 'plain', small, iconOnly, children, ...rest }: ButtonProps) {
  return (
    <AriaButton
      {...rest}
      className={classes(
        styles.button,
        look === 'primary' && styles.primary,
        look === 'danger' && styles.danger,
        look === 'quiet' && styles.quiet,
        small && styles.small,
        iconOnly && styles.iconOnly,
      )}
    >
      {children}
    </AriaButton>
  );
}
