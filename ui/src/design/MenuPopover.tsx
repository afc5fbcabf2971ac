import type { ReactNode, RefObject } from 'react';
import { Menu as AriaMenu, MenuItem, Popover, Separator } from 'react-aria-components';
import { Icon } from './Icon';
import type { Action } from './Menu';
import styles from './primitives.module.css';

export interface MenuPopoverProps {
  /** Below it the menu opens. */
  anchor: RefObject<HTMLElement | null>;
  label: string;
  actions: Action[];
  /** Which item has the focus at once; none where a pointer opened the menu. */
  first: 'first' | 'last' | null;
  offset: number;
  onClose: () => void;
}

/**
 * Two frames later: the menu has closed by then and given the focus back, and a dialog that the action opens returns
 * it there rather than to an item that is gone.
 */
function run(actions: Action[], key: string): void {
  const action = actions.find((candidate) => candidate.id === key);
  requestAnimationFrame(() => requestAnimationFrame(() => action?.run()));
}

function items(actions: Action[]): ReactNode {
  // Words stand below each other, where any has an icon before it.
  const indented = actions.some((action) => action.icon);
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
      {action.icon ? <Icon of={action.icon} small /> : indented ? <span className={styles.noIcon} /> : null}
      <span className={styles.itemLabel}>{action.label}</span>
      {action.keys ? <kbd className={styles.keys}>{action.keys}</kbd> : null}
    </MenuItem>,
  ]);
}

export function MenuPopover(props: MenuPopoverProps) {
  return (
    <Popover
      isOpen
      aria-label={props.label}
      triggerRef={props.anchor}
      placement="bottom start"
      offset={props.offset}
      className={styles.popover ?? ''}
      onOpenChange={(open) => {
        if (!open) props.onClose();
      }}
    >
      <AriaMenu
        aria-label={props.label}
        autoFocus={props.first ?? true}
        className={styles.menu ?? ''}
        onClose={props.onClose}
        onAction={(key) => run(props.actions, String(key))}
      >
        {items(props.actions)}
      </AriaMenu>
    </Popover>
  );
}
