import type { ReactNode } from "react";
import type { QrCode } from "../../shared/model/sharing.ts";
import styles from "./qr-picture.module.css";

interface QrPictureProps {
  readonly label: string;
  readonly code: QrCode;
}

/** Dark on light in every theme: readers look for that. */
export function QrPicture({ label, code }: QrPictureProps): ReactNode {
  const size = String(code.sizeModules);
  return (
    <svg
      className={styles["picture"]}
      role="img"
      aria-label={label}
      viewBox={`0 0 ${size} ${size}`}
      shapeRendering="crispEdges"
    >
      <rect width={size} height={size} fill="white" />
      <path d={code.path} fill="black" />
    </svg>
  );
}
