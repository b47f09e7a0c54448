import type { ReactNode, SubmitEvent } from "react";

interface FormProps {
  readonly className: string | undefined;
  /** Where its heading does not say what it is for. */
  readonly label?: string;
  readonly onSubmit: () => void;
  readonly children: ReactNode;
}

/** Its fields say themselves what is wrong with them, and submitting leads to no other page. */
export function Form({ className, label, onSubmit, children }: FormProps): ReactNode {
  return (
    <form
      className={className}
      noValidate
      aria-label={label}
      onSubmit={(event: SubmitEvent) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {children}
    </form>
  );
}
