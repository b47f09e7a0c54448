import type { ReactNode } from "react";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";

interface SureDialogProps {
  readonly isOpen: boolean;
  readonly title: string;
  readonly text: string;
  readonly no: string;
  readonly yes: string;
  readonly onNo: () => void;
  readonly onYes: () => void;
}

/** Says what is lost before it is; the answer that keeps it has the focus. */
export function SureDialog({
  isOpen,
  title,
  text,
  no,
  yes,
  onNo,
  onYes,
}: SureDialogProps): ReactNode {
  return (
    <Dialog
      role="alertdialog"
      title={title}
      isOpen={isOpen}
      onClose={onNo}
      actions={
        <>
          <Button autoFocus onPress={onNo}>
            {no}
          </Button>
          <Button variant="danger" onPress={onYes}>
            {yes}
          </Button>
        </>
      }
    >
      <p>{text}</p>
    </Dialog>
  );
}
