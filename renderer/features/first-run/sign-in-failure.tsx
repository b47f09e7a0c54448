import { TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import type { Arrival } from "../../../shared/model/app-state.ts";
import { Notice } from "../../ui/notice.tsx";
import { isSignInFailure } from "./account-form.ts";

interface SignInFailureProps {
  readonly failure: NonNullable<Arrival["failure"]>;
}

/** What went wrong, in a sentence per cause; what main knows beyond it stands below. */
export function SignInFailure({ failure }: SignInFailureProps): ReactNode {
  const t = useTranslations("firstRun");
  const { code, message, action } = failure;
  return (
    <Notice tone="danger" icon={TriangleAlert} role="alert" title={t("failedTitle")}>
      <p>{isSignInFailure(code) ? t(`failures.${code}`) : `${message} ${action ?? ""}`}</p>
    </Notice>
  );
}
