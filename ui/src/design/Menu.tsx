import type { LucideIcon } from 'lucide-react';
import type { ReactNode, RefObject } from 'react';
import { Menu as AriaMenu, MenuItem, MenuTrigger, Popover, Separator } from 'react-aria-components';
import { Icon } from './Icon';
import styles from './primitives.module.css';

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

function items(actions: Action[]): ReactNode {
  return actions.flatMap((action) => [
    action.apart ? <Separator key={`${action.id}-line`} className={styles.separator ?? ''} /> : null,
    <MenuItem
      key={action.id}
      id={action.id}
      textValue={action.label}
      isDisabled={action.disabled ?? false}
      className={styles.item ?? ''}
      data-testid={`menu-${action.id}`}
    >
      {action.icon ? <Icon of={action.icon} small /> : null}
      <span className={styles.itemLabel}>{action.label}</span>
      {action.keys ? <kbd className={styles.keys}>{action.keys}</kbd> : null}
    </MenuItem>,
  ]);
}

/**
 * Two frames later: the menu has closed by then and given the focus back, and a dialog that the action opens returns
 * it there rather than to an item that is gone.
 */
function run(actions: Action[], key: string): void {
  const action = actions.find((candidate) => candidate.id === key);
  requestAnimationFrame(() => requestAnimationFrame(() => action?.run()));
}

/** A button and its menu. */
export function MenuButton(props: { button: ReactNode; label: string; actions: Action[] }) {
  return (
    <MenuTrigger>
      {props.button}
      <Popover className={styles.popover ?? ''} placement="bottom start" offset={4}>
        <AriaMenu
          aria-label={props.label}
          className={styles.menu ?? ''}
          onAction={(key) => run(props.actions, String(key))}
        >
          {items(props.actions)}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}

/** A menu at a place rather than at a button: of a cell, by right click or by the Menu key. */
export function MenuAt(props: {
  anchor: RefObject<HTMLElement | null>;
  label: string;
  actions: Action[];
  onClose: () => void;
}) {
  return (
    <Popover
      isOpen
      aria-label={props.label}
      triggerRef={props.anchor}
      placement="bottom start"
      offset={2}
      className={styles.popover ?? ''}
      onOpenChange={(open) => {
        if (!open) props.onClose();
      }}
    >
      <AriaMenu
        aria-label={props.label}
        autoFocus="first"
        className={styles.menu ?? ''}
        onClose={props.onClose}
        onAction={(key) => run(props.actions, String(key))}
      >
        {items(props.actions)}
      </AriaMenu>
    </Popover>
  );
}
