import { type ReactNode, useState } from "react";
import type { AppEvents } from "../../../shared/ipc/contract.ts";
import { JoinConfirm } from "./join-confirm.tsx";
import { LinkForm } from "./link-form.tsx";

interface JoinStepsProps {
  /** The link that the system handed over; without one the user pastes it. */
  readonly asked?: AppEvents["join.asked"] | undefined;
  /** Told before the first step is shown again, or the second one. */
  readonly onStep?: (isConfirming: boolean) => void;
  readonly onJoined: () => void;
  readonly otherActions: ReactNode;
}

/** From a link to a network: paste, look, join. */
export function JoinSteps({ asked, onStep, onJoined, otherActions }: JoinStepsProps): ReactNode {
  const [looked, setLooked] = useState(asked);
  return looked === undefined ? (
    <LinkForm
      otherActions={otherActions}
      onLooked={(found) => {
        setLooked(found);
        onStep?.(true);
      }}
    />
  ) : (
    <JoinConfirm asked={looked} onJoined={onJoined} otherActions={otherActions} />
  );
}
