import { Search, X } from "lucide-react";
import type { ReactNode, Ref } from "react";
import {
  SearchField as AriaSearchField,
  type SearchFieldProps as AriaSearchFieldProps,
  Button,
  Input,
} from "react-aria-components";
import { useTranslations } from "use-intl";
import buttonStyles from "./button.module.css";
import { cx } from "./cx.ts";
import styles from "./field.module.css";

export interface SearchFieldProps
  extends Omit<AriaSearchFieldProps, "className" | "style" | "children" | "aria-label"> {
  readonly label: string;
  readonly placeholder?: string;
  readonly className?: string | undefined;
  readonly inputRef?: Ref<HTMLInputElement>;
}

export function SearchField({
  label,
  placeholder = "",
  className,
  inputRef,
  ...rest
}: SearchFieldProps): ReactNode {
  const t = useTranslations("app");
  return (
    <AriaSearchField {...rest} aria-label={label} className={cx(styles["search"], className)}>
      <Search aria-hidden size={16} className={cx(styles["glass"])} />
      <Input
        className={cx(styles["input"])}
        placeholder={placeholder}
        {...(inputRef === undefined ? {} : { ref: inputRef })}
      />
      <Button aria-label={t("clear")} className={cx(buttonStyles["icon"], styles["clear"])}>
        <X aria-hidden size={16} />
      </Button>
    </AriaSearchField>
  );
}
