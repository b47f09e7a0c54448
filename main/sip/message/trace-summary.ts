import type { TraceSummary } from "../../../shared/model/trace-record.ts";
import { parameter } from "../grammar/parameters.ts";
import { fromTagOf, topViaOf, toTagOf } from "./fields.ts";
import type { SipMessage } from "./message.ts";

/** What the trace says of a message. Reads what it can; what is malformed is left out, nothing fails. */
export function summarize(message: SipMessage): TraceSummary {
  const { headers } = message;
  const via = topViaOf(message);
  return {
    ...(message.kind === "request" ? { method: message.method } : { status: message.status }),
    ...optional("cseq", headers.get("CSeq")),
    ...optional("callId", headers.get("Call-ID")),
    ...optional("fromTag", fromTagOf(message)),
    ...optional("toTag", toTagOf(message)),
    ...optional("topBranch", via.ok ? parameter(via.value.parameters, "branch") : undefined),
    ...optional("reason", headers.get("Reason")),
    ...optional("conversationId", headers.get("Conversation-ID")),
  };
}

function optional<Name extends keyof TraceSummary>(
  name: Name,
  value: TraceSummary[Name],
): Partial<TraceSummary> {
  return value === undefined ? {} : { [name]: value };
}
