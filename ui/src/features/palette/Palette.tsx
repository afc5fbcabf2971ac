import {
  Autocomplete,
  Dialog,
  Input,
  Menu,
  MenuItem,
  Modal,
  ModalOverlay,
  TextField,
  useFilter,
} from 'react-aria-components';
import { allActions } from '../../app/actions';
import { navigation } from '../../app/navigation';
import { useMatrix, useProducts } from '../../app/queries';
import { Icon } from '../../design/Icon';
import primitives from '../../design/primitives.module.css';
import { classes, plain } from '../../design/text';
import { shell as text } from '../../text/shell';
import { useActionLists } from '../actions/queries';
import styles from './Palette.module.css';

/** Every action with its shortcut, found by typing any of its words. */
export function Palette() {
  const products = useProducts().data ?? [];
  // They are listed once they are known.
  useActionLists(useMatrix().data?.databases ?? []);
  const { contains } = useFilter({ sensitivity: 'base' });
  const actions = allActions(products);
  const close = () => navigation.set({ palette: false });
  const matches = (label: string, input: string) => input.split(/\s+/).every((word) => contains(label, word));
  return (
    <ModalOverlay
      isOpen
      isDismissable
      onOpenChange={(open) => !open && close()}
      className={primitives.scrim ?? ''}
    >
      <Modal className={classes(primitives.modal, styles.palette)}>
        <Dialog className={primitives.dialog ?? ''} aria-label={text.palette}>
          <Autocomplete filter={matches}>
            <TextField aria-label={text.paletteHint} autoFocus className={styles.search ?? ''}>
              <Input
                className={styles.input ?? ''}
                placeholder={text.paletteHint}
                data-testid="palette-input"
              />
            </TextField>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the list must scroll by keyboard too */}
            <div className={styles.list} tabIndex={0}>
              <Menu
                aria-label={text.palette}
                items={actions}
                className={primitives.menu ?? ''}
                renderEmptyState={() => <p className={styles.none}>{text.paletteEmpty}</p>}
                onAction={(key) => {
                  close();
                  actions.find((action) => action.id === key)?.run();
                }}
              >
                {(action) => (
                  <MenuItem
                    id={action.id}
                    textValue={action.label}
                    isDisabled={action.disabled ?? false}
                    className={primitives.item ?? ''}
                    data-testid={`command-${action.id}`}
                  >
                    {action.icon ? <Icon of={action.icon} small /> : <span className={styles.noIcon} />}
                    <span className={primitives.itemLabel}>{plain(action.label)}</span>
                    {action.keys ? <kbd className={primitives.keys}>{action.keys}</kbd> : null}
                  </MenuItem>
                )}
              </Menu>
            </div>
          </Autocomplete>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
