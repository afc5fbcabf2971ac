import type { ReactNode } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import styles from './primitives.module.css';
import { classes } from './text';

export interface DialogProps {
  title: string;
  lead?: ReactNode;
  onClose: () => void;
  wide?: boolean;
  /** Of one height, whatever comes into it: what is said while one types moves no button. */
  steady?: boolean;
  /** What was typed would be lost by a stray click. */
  keepOnOutsideClick?: boolean;
  children: ReactNode;
  testId?: string;
}

/** A modal dialog: Escape and a click beside it close it, focus returns to where it was. */
export function Dialog(props: DialogProps) {
  return (
    <ModalOverlay
      isOpen
      isDismissable={!props.keepOnOutsideClick}
      onOpenChange={(open) => {
        if (!open) props.onClose();
      }}
      className={styles.scrim ?? ''}
    >
      <Modal
        className={classes(styles.modal, props.wide && styles.wide, props.steady && styles.steady)}
        data-testid={props.testId}
      >
        <AriaDialog className={styles.dialog ?? ''}>
          <div className={styles.dialogHead}>
            <Heading slot="title" level={2} className={styles.dialogTitle ?? ''}>
              {props.title}
            </Heading>
            {props.lead ? <p className={styles.dialogLead}>{props.lead}</p> : null}
          </div>
          {props.children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
