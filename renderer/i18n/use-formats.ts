import { useLocale } from "use-intl";
import { type Formats, formatsFor } from "../../shared/i18n/format.ts";

export function useFormats(): Formats {
  return formatsFor(useLocale());
}
