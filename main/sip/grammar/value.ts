import { ok, type Result } from "../../base/result.ts";
import { Cursor } from "./cursor.ts";
import { type Parameters, readParameters } from "./parameters.ts";
import { malformed, type SipParseError } from "./parse-error.ts";

/**
 * A value followed by parameters: Content-Type, Content-Disposition, Event, Accept-Contact (`*`), Session-Expires and
 * most others. Blanks around a slash are taken out of the value.
 */
export interface ParameterizedValue {
  readonly value: string;
  readonly parameters: Parameters;
}

export function parseParameterizedValue(text: string): Result<ParameterizedValue, SipParseError> {
  const cursor = new Cursor(text);
  cursor.skipLws();
  let value = cursor.token();
  while (value !== "" && cursor.eatPadded("/")) {
    const next = cursor.token();
    if (next === "") return malformed("value ends with a slash", text);
    value += `/${next}`;
  }
  if (value === "") return malformed("value expected", text);
  const parameters = readParameters(cursor);
  if (parameters === undefined || !cursor.atEnd) return malformed("malformed parameters", text);
  return ok({ value, parameters });
}
