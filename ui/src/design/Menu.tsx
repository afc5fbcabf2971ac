import type { LucideIcon } from 'lucide-react';
import { cloneElement, type ReactElement, type RefObject, useEffect, useRef, useState } from 'react';
import { later } from '../app/later';
import type { MenuPopoverProps } from './MenuPopover';

const MenuPopover = later(async () => (await import('./MenuPopover')).MenuPopover, {
  meanwhile: null,
  soon: true,
});

export interface Action {
  id: string;
  label: string;
  icon?: LucideIcon;
  keys?: string;
  run: () => void;
  disabled?: boolean;
  danger?: boolean;
  /** A line above it. */
  apart?: boolean;
}

/** What a button must take to open a menu: `Button` does. */
interface Trigger {
  ref?: RefObject<HTMLButtonElement | null>;
  onPress?: () => void;
  onKeyDown?: (event: React.KeyboardEvent) => void;
  'aria-haspopup'?: 'menu';
  'aria-expanded'?: boolean;
}

/** A button and its menu. */
export function MenuButton(props: { button: ReactElement<Trigger>; label: string; actions: Action[] }) {
  const anchor = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState<{ first: MenuPopoverProps['first'] } | null>(null);
  return (
    <>
      {cloneElement(props.button, {
        ref: anchor,
        'aria-haspopup': 'menu',
        'aria-expanded': open !== null,
        onPress: () => setOpen({ first: null }),
        onKeyDown: (event) => {
          // The menu is on its way, and does not have the focus yet.
          if (event.key === 'Escape') return setOpen(null);
          // As the pattern of a menu button has it: an arrow opens, at the end that it points from; so do Enter and the blank.
          const first = { ArrowDown: 'first', ArrowUp: 'last', Enter: 'first', ' ': 'first' } as const;
          const at = first[event.key as keyof typeof first];
          if (at === undefined) return;
          event.preventDefault();
          setOpen({ first: at });
        },
      })}
      {open ? (
        <MenuPopover
          anchor={anchor}
          label={props.label}
          actions={props.actions}
          first={open.first}
          offset={4}
          onClose={() => setOpen(null)}
        />
      ) : null}
    </>
  );
}

/**
 * A menu at a place rather than at a button: of a cell, by right click or by the Menu key. What is given in `returnTo` has the
 * focus when it has closed.
 */
export function MenuAt({
  returnTo,
  ...props
}: Omit<MenuPopoverProps, 'first' | 'offset'> & { returnTo: RefObject<HTMLElement | null> }) {
  return (
    <>
      <MenuPopover {...props} first="first" offset={2} />
      <Returned to={returnTo} />
    </>
  );
}

/**
 * Stands behind the menu, so that its effects end after the menu's: until those have, all else is inert and can't have the
 * focus. The menu gives it back by itself, but a frame later, and a key that is pressed in that frame would go nowhere.
 */
function Returned({ to }: { to: RefObject<HTMLElement | null> }) {
  useEffect(() => () => to.current?.focus({ preventScroll: true }), [to]);
  return null;
}
