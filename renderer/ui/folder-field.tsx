import { Folder } from "lucide-react";
import { type ReactNode, useId } from "react";
import { Button } from "./button.tsx";
import fieldStyles from "./field.module.css";
import styles from "./folder-field.module.css";

interface FolderFieldProps {
  readonly label?: string;
  readonly folder: string;
  /** Text of the button that opens the system's dialog. */
  readonly action: string;
  readonly onChoose: () => void;
}

/** A folder is chosen in the system's dialog, never typed. */
export function FolderField({ label, folder, action, onChoose }: FolderFieldProps): ReactNode {
  const id = useId();
  return (
    <div className={fieldStyles["field"]}>
      {label === undefined ? null : <span className={fieldStyles["label"]}>{label}</span>}
      <div className={styles["row"]}>
        <Folder aria-hidden size={16} className={styles["sign"]} />
        <span className={styles["path"]} id={`${id}path`} title={folder}>
          <bdi>{folder}</bdi>
        </span>
        <Button size="s" onPress={onChoose} aria-describedby={`${id}path`}>
          {action}
        </Button>
      </div>
    </div>
  );
}
