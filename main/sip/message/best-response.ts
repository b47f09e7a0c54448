import type { SipResponse } from "./message.ts";

/** Inside 4xx these say what the caller can do to succeed (RFC 3261 §16.7 step 6). */
const HELPFUL = new Set([401, 407, 415, 420, 484]);
/** These say only that one device was of no use; what another one said is worth more. */
const SILENT = new Set([408, 480, 487]);

/**
 * The final response to send upstream when every branch has ended without a 2xx (RFC 3261 §16.7 step 6): a 6xx if there
 * is one, else one of the lowest class. undefined when there is none.
 */
export function bestResponse(responses: readonly SipResponse[]): SipResponse | undefined {
  let best: SipResponse | undefined;
  for (const response of responses) {
    if (best === undefined || rank(response) < rank(best)) best = response;
  }
  return best === undefined ? undefined : withAllChallenges(best, responses);
}

function rank({ status }: SipResponse): number {
  const statusClass = Math.floor(status / 100);
  if (statusClass === 6) return 0;
  if (HELPFUL.has(status)) return statusClass * 10;
  return statusClass * 10 + (SILENT.has(status) ? 2 : 1);
}

const CHALLENGES = ["WWW-Authenticate", "Proxy-Authenticate"] as const;

/** A challenge carries those of all other branches too, so that one new request can answer them (step 7). */
function withAllChallenges(best: SipResponse, responses: readonly SipResponse[]): SipResponse {
  if (best.status !== 401 && best.status !== 407) return best;
  let { headers } = best;
  for (const other of responses) {
    if (other === best || (other.status !== 401 && other.status !== 407)) continue;
    for (const name of CHALLENGES) {
      headers = headers.appendAll(other.headers.getAll(name).map((value) => ({ name, value })));
    }
  }
  return { ...best, headers };
}
