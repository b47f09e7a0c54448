import { TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { Notice } from "./notice.tsx";

interface FailureNoticeProps {
  /** What happened, and what to do about it. */
  readonly failure: { readonly message: string; readonly action?: string | undefined } | undefined;
}

/** Why what was asked for did not happen: heard at once, and nothing where it did. */
export function FailureNotice({ failure }: FailureNoticeProps): ReactNode {
  if (failure === undefined) return null;
  const { message, action = "" } = failure;
  return (
    <Notice tone="danger" icon={TriangleAlert} role="alert">
      {`${message} ${action}`.trim()}
    </Notice>
  );
}
