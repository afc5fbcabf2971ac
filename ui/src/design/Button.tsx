import type { ComponentProps, ReactNode } from 'react';
import styles from './primitives.module.css';
import { classes } from './text';

export interface ButtonProps extends Omit<ComponentProps<'button'>, 'disabled' | 'onClick'> {
  /** Bare: as `className` says, and nothing else. */
  look?: 'plain' | 'primary' | 'danger' | 'quiet' | 'bare';
  small?: boolean | undefined;
  /** Only an icon shows: then `aria-label` says what it does. */
  iconOnly?: boolean | undefined;
  isDisabled?: boolean | undefined;
  onPress?: (() => void) | undefined;
  children: ReactNode;
  'data-testid'?: string | undefined;
}

/** The system's own button: the first frame has several, and no library for them. */
export function Button({
  look = 'plain',
  small,
  iconOnly,
  isDisabled,
  onPress,
  className,
  children,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      disabled={isDisabled}
      onClick={(event) => {
        // WebKit gives a button that is clicked no focus on some systems; a dialog gives it back to where it was.
        event.currentTarget.focus({ preventScroll: true });
        onPress?.();
      }}
      className={classes(
        className,
        look !== 'bare' && styles.button,
        look === 'primary' && styles.primary,
        look === 'danger' && styles.danger,
        look === 'quiet' && styles.quiet,
        small && styles.small,
        iconOnly && styles.iconOnly,
      )}
    >
      {children}
    </button>
  );
}
