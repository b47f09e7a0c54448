import type { ReactNode, Ref } from "react";
import {
  TextField as AriaTextField,
  type TextFieldProps as AriaTextFieldProps,
  FieldError,
  Input,
  Label,
  Text,
  TextArea,
} from "react-aria-components";
import { cx } from "./cx.ts";
import styles from "./field.module.css";

export interface TextFieldProps
  extends Omit<AriaTextFieldProps, "className" | "style" | "children"> {
  /** Without one give an `aria-label`. */
  readonly label?: string;
  readonly hint?: string | undefined;
  /** Shown while `isInvalid`. */
  readonly error?: string | undefined;
  readonly placeholder?: string;
  readonly isMultiline?: boolean;
  readonly className?: string | undefined;
  readonly inputRef?: Ref<HTMLInputElement>;
}

export function TextField({
  label,
  hint,
  error,
  placeholder = "",
  isMultiline = false,
  className,
  inputRef,
  ...rest
}: TextFieldProps): ReactNode {
  return (
    <AriaTextField {...rest} className={cx(styles["field"], className)}>
      {label === undefined ? null : <Label className={cx(styles["label"])}>{label}</Label>}
      {isMultiline ? (
        <TextArea
          className={cx(styles["input"], styles["area"])}
          placeholder={placeholder}
          rows={2}
        />
      ) : (
        <Input
          className={cx(styles["input"])}
          placeholder={placeholder}
          {...(inputRef === undefined ? {} : { ref: inputRef })}
        />
      )}
      {hint === undefined ? null : (
        <Text slot="description" className={cx(styles["hint"])}>
          {hint}
        </Text>
      )}
      <FieldError className={cx(styles["error"])}>{error}</FieldError>
    </AriaTextField>
  );
}
