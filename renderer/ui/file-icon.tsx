import {
  File,
  FileArchive,
  FileAudio,
  FileCode,
  FileImage,
  FileSpreadsheet,
  FileText,
  FileVideo,
  type LucideIcon,
  ShieldAlert,
} from "lucide-react";
import { type ReactNode, useState } from "react";
import { cx } from "./cx.ts";
import styles from "./file-icon.module.css";

interface FileIconProps {
  readonly type: string;
  /** Path of a picture on the window's own origin. */
  readonly picture?: string | undefined;
  readonly isDangerous?: boolean;
  readonly size?: "s" | "m" | "l";
}

const BY_TYPE: readonly (readonly [RegExp, LucideIcon])[] = [
  [/^image\//, FileImage],
  [/^video\//, FileVideo],
  [/^audio\//, FileAudio],
  [/zip|compressed|x-tar|x-7z|x-rar|gzip/, FileArchive],
  [/spreadsheet|excel|csv/, FileSpreadsheet],
  [/json|xml|javascript|x-sh|x-python/, FileCode],
  [/^text\/|pdf|word|document|rtf/, FileText],
];

/** A picture of the file, else a sign of its type; decoration beside its name. */
export function FileIcon({
  type,
  picture,
  isDangerous = false,
  size = "m",
}: FileIconProps): ReactNode {
  const [isBroken, setBroken] = useState(false);
  if (picture !== undefined && !isBroken)
    return (
      <span className={cx(styles["box"], styles[size])}>
        <img
          src={picture}
          alt=""
          loading="lazy"
          decoding="async"
          draggable={false}
          className={styles["picture"]}
          onError={() => {
            setBroken(true);
          }}
        />
      </span>
    );
  const Icon = isDangerous
    ? ShieldAlert
    : (BY_TYPE.find(([pattern]) => pattern.test(type))?.[1] ?? File);
  return (
    <span aria-hidden className={cx(styles["box"], styles[size], isDangerous && styles["danger"])}>
      <Icon size={size === "s" ? 14 : 18} strokeWidth={1.75} />
    </span>
  );
}
