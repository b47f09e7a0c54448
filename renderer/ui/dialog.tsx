import type { ReactNode } from "react";
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { cx } from "./cx.ts";
import styles from "./dialog.module.css";

interface DialogProps {
  readonly title: string;
  readonly isOpen: boolean;
  /** Escape, or a press outside. */
  readonly onClose: () => void;
  /** Answers at the bottom, the one that is safe first. */
  readonly actions?: ReactNode;
  readonly role?: "dialog" | "alertdialog";
  readonly size?: "m" | "l";
  readonly children: ReactNode;
}

/** Keeps the focus inside and gives it back to where it was. */
export function Dialog({
  title,
  isOpen,
  onClose,
  actions,
  role = "dialog",
  size = "m",
  children,
}: DialogProps): ReactNode {
  return (
    <ModalOverlay
      isOpen={isOpen}
      isDismissable={role === "dialog"}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      className={cx(styles["scrim"])}
    >
      <Modal className={cx(styles["modal"], styles[size])}>
        <AriaDialog role={role} className={cx(styles["dialog"])}>
          <Heading slot="title" className={cx(styles["title"])}>
            {title}
          </Heading>
          <div className={styles["body"]}>{children}</div>
          {actions === undefined ? null : <div className={styles["actions"]}>{actions}</div>}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
