import { useLocale } from "use-intl";
import { type Formats, formatsFor } from "./format.ts";

export function useFormats(): Formats {
  return formatsFor(useLocale());
}
