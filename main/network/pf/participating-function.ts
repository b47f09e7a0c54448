import { parseDecimalIn } from "../../base/decimal.ts";
import type { Undo } from "../../base/events.ts";
import type { Clock, Log, Random } from "../../base/ports.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { randomToken } from "../../base/tokens.ts";
import { CANNOT_PROTECT } from "../../cpm/file/media-security.ts";
import type { InviteUas, OutgoingInvite, Srf } from "../../drachtio/srf.ts";
import type { MsrpEndpoint } from "../../msrp/endpoint.ts";
import type { SdpError } from "../../sdp/session-description.ts";
import type { SipRequest } from "../../sip/message/message.ts";
import { CallRegistry } from "./call-registry.ts";
import { type DescribedBody, describedBody } from "./described-body.ts";
import { contactFor, outgoingInviteHeaders, withoutTag } from "./leg-headers.ts";
import { downstreamScheme } from "./leg-security.ts";
import { MediaDescriptions } from "./media-descriptions.ts";
import { checkRequest, type PfPolicy, type Refusal } from "./policy.ts";
import { RelayedCall } from "./relayed-call.ts";
import { ownRouteRemoved } from "./routes.ts";

export interface PfPorts {
  readonly srf: Srf;
  readonly msrp: MsrpEndpoint;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export interface PfConfig extends PfPolicy {
  /** The home network, for logs and Warning texts. */
  readonly domain: string;
  /** SIP URI of the own core; where a request goes whose Route names nothing beyond us. */
  readonly core: string;
  /** Requests carried at once; more are refused with 503 (default 5000). */
  readonly maxCalls?: number;
}

const DEFAULT_MAX_CALLS = 5_000;
const DEFAULT_MAX_FORWARDS = 70;

interface Admitted {
  readonly media: MediaDescriptions;
  readonly body: DescribedBody;
  readonly maxForwards: number;
}

/**
 * The CPM Participating Function of a home network. It serves the originating and the terminating side alike: which of
 * the two a request is on is the core's business, whose Route, with the original dialog identifier, it brings back on
 * the request that it sends on (3GPP TS 24.229 §5.7.5.3 routeing B2BUA).
 */
export class ParticipatingFunction {
  readonly #ports: PfPorts;
  readonly #config: PfConfig;
  readonly #calls: CallRegistry<RelayedCall>;
  readonly #undo: Undo;

  constructor(ports: PfPorts, config: PfConfig) {
    this.#ports = ports;
    this.#config = config;
    this.#calls = new CallRegistry(config.maxCalls ?? DEFAULT_MAX_CALLS);
    this.#undo = ports.srf.onInvite((invite) => {
      this.#onInvite(invite);
    });
  }

  /** Requests that are ringing or transferring now. */
  get callCount(): number {
    return this.#calls.size;
  }

  /** Ends every call with BYE or 503 and takes no new one. */
  async stop(): Promise<void> {
    this.#undo();
    const reason = 'SIP;cause=503;text="Participating Function stops"';
    await Promise.all(this.#calls.all().map((call) => call.stop(reason)));
  }

  #onInvite(invite: InviteUas): void {
    const admitted = this.#admit(invite.request);
    if (!admitted.ok) {
      const { status, reason, headers } = admitted.error;
      this.#ports.log.write("info", "request refused", {
        status,
        reason,
        domain: this.#config.domain,
      });
      invite.refuse(status, reason, headers);
      return;
    }
    const call = new RelayedCall(this.#ports, invite, admitted.value.media, (ended) => {
      this.#calls.delete(ended);
    });
    this.#calls.add(call);
    // A final answer that a device gives at once must not look to the core as if this element had failed (TS 24.229 §5.4.3).
    invite.provisional(100);
    call.start(() => this.#ports.srf.invite(this.#outgoing(invite.request, admitted.value)));
  }

  #admit(request: SipRequest): Result<Admitted, Refusal> {
    if (this.#calls.isFull) {
      return refusal(503, "Service Unavailable", [{ name: "Retry-After", value: "10" }]);
    }
    const maxForwards = maxForwardsOf(request);
    if (maxForwards === 0) return refusal(483, "Too Many Hops");
    const body = describedBody(request, randomToken(this.#ports.random, 32));
    if (!body.ok)
      return refusal(415, "Unsupported Media Type", [
        { name: "Accept", value: "application/sdp, multipart/*" },
      ]);
    const canProtect = this.#ports.msrp.fingerprint !== undefined;
    const media = MediaDescriptions.fromOffer(
      {
        ...{ ...this.#ports, ...sizeLimit(this.#config) },
        downstreamScheme: downstreamScheme(request, canProtect),
      },
      body.value.sdp,
    );
    if (!media.ok)
      return refusal(media.error.statusHint, media.error.what, warningsOf(media.error));
    const refused = checkRequest(request, media.value.files, this.#config);
    return refused === undefined
      ? ok({ media: media.value, body: body.value, maxForwards })
      : err(refused);
  }

  #outgoing(request: SipRequest, admitted: Admitted): OutgoingInvite {
    const route = ownRouteRemoved(request.headers.list("Route"), this.#ports.srf.local);
    return {
      uri: request.uri,
      from: withoutTag(request.headers.get("From") ?? ""),
      to: withoutTag(request.headers.get("To") ?? ""),
      headers: [
        contactFor(this.#ports.srf.contact, request),
        ...outgoingInviteHeaders(request, admitted.maxForwards),
      ],
      body: admitted.body.withSdp(admitted.media.downstreamOffer()),
      ...(route.length > 0 ? { route } : { nextHop: this.#config.core }),
    };
  }
}

function refusal(
  status: number,
  reason: string,
  headers: Refusal["headers"] = [],
): Result<never, Refusal> {
  return err({ status, reason, headers });
}

/** Programs of ours tell their users by this. */
function warningsOf({ isAboutProtection }: SdpError): Refusal["headers"] {
  return isAboutProtection === true
    ? [{ name: "Warning", value: `399 cpm-pf "${CANNOT_PROTECT}"` }]
    : [];
}

function sizeLimit({ maxSizeOctets }: PfConfig): { readonly maxSizeOctets?: number } {
  return maxSizeOctets === undefined ? {} : { maxSizeOctets };
}

function maxForwardsOf(request: SipRequest): number {
  const text = request.headers.get("Max-Forwards");
  return text === undefined
    ? DEFAULT_MAX_FORWARDS
    : (parseDecimalIn(text.trim(), 0, 255) ?? DEFAULT_MAX_FORWARDS);
}
