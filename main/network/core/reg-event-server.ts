import { dialogKey, idOfReceivedRequest } from "../../sip/dialog/dialog-id.ts";
import { aorOf, parseUri } from "../../sip/grammar/uri.ts";
import { parseParameterizedValue } from "../../sip/grammar/value.ts";
import { responseTo } from "../../sip/message/build.ts";
import { expiresOf } from "../../sip/message/fields.ts";
import type { HeaderField } from "../../sip/message/headers.ts";
import type { SipRequest } from "../../sip/message/message.ts";
import type { ServerTransaction } from "../../sip/transaction/transaction.ts";
import type { ContextPorts } from "./context-ports.ts";
import type { CoreLimits } from "./core-config.ts";
import type { LocationService } from "./location-service.ts";
import type { OwnAddresses } from "./own-addresses.ts";
import { REG_INFO_TYPE } from "./reg-info.ts";
import { RegSubscription } from "./reg-subscription.ts";

/** Who asks: a user of ours, another network, or a server inside the trust domain. */
export type Subscriber =
  | { readonly kind: "user"; readonly aor: string }
  | { readonly kind: "neighbour" | "server" };

export interface RegEventParts {
  readonly ports: ContextPorts;
  readonly own: OwnAddresses;
  readonly locations: LocationService;
  readonly limits: CoreLimits;
  isUser(aor: string): boolean;
}

/** RFC 3680 §4.3: a little more than the lifetime of a binding, so that a binding's end is still told. */
const DEFAULT_EXPIRES_S = 3761;

/**
 * Notifier of the registration event package (RFC 3680 on RFC 6665): tells a user's own devices, and servers of the trust
 * domain, which devices the user has.
 */
export class RegEventServer {
  readonly #parts: RegEventParts;
  readonly #byDialog = new Map<string, RegSubscription>();
  readonly #byAor = new Map<string, Set<RegSubscription>>();
  readonly #undo: () => void;

  constructor(parts: RegEventParts) {
    this.#parts = parts;
    this.#undo = parts.locations.events.on("changed", ({ aor, changes }) => {
      // A refresh changes nothing that a subscriber acts on; RFC 3680 §4.7.2 leaves it to us.
      const told = changes.filter(({ event }) => event !== "refreshed");
      if (told.length === 0) return;
      for (const subscription of this.#byAor.get(aor) ?? []) subscription.changed(told);
    });
  }

  /** A SUBSCRIBE to the registration of a user of ours. */
  serves(request: SipRequest, uri: string): boolean {
    return request.method === "SUBSCRIBE" && isRegEvent(request) && this.#parts.isUser(aorAt(uri));
  }

  /** Answers a SUBSCRIBE outside a dialog that {@link serves} has taken. */
  subscribe(tx: ServerTransaction, uri: string, by: Subscriber): void {
    const aor = aorAt(uri);
    const refusal = this.#refusalOf(tx.request, aor, by);
    if (refusal !== undefined) {
      this.#refuse(tx, refusal.status, refusal.headers);
      return;
    }
    const { ports, own, locations } = this.#parts;
    const localTag = ports.newTag();
    const subscription = RegSubscription.open(
      aor,
      { request: tx.request, flow: tx.flow, localTag },
      {
        ports,
        contact: own.contact("reg", tx.flow.transport),
        contacts: () =>
          locations.bindingsOf(aor).map((binding) => ({ binding, event: "registered" })),
        onEnd: (ended) => {
          this.#forget(ended);
        },
      },
    );
    if (subscription === undefined) {
      this.#refuse(tx, 400);
      return;
    }
    this.#byDialog.set(dialogKey(subscription.dialog.id), subscription);
    const ofAor = this.#byAor.get(aor) ?? new Set();
    this.#byAor.set(aor, ofAor.add(subscription));
    this.#grant(tx, subscription);
  }

  /** Takes a request of one of our dialogs; false when there is no such dialog. */
  receive(tx: ServerTransaction): boolean {
    const subscription = this.#byDialog.get(dialogKey(idOfReceivedRequest(tx.request)));
    if (subscription === undefined) return false;
    if (tx.request.method !== "SUBSCRIBE") {
      this.#refuse(tx, 405, [{ name: "Allow", value: "SUBSCRIBE" }]);
    } else if (!isRegEvent(tx.request)) {
      this.#refuse(tx, 489, ALLOW_EVENTS);
    } else {
      const refusal = this.#expiryRefusal(tx.request);
      if (refusal !== undefined) this.#refuse(tx, refusal.status, refusal.headers);
      else if (subscription.receive(tx.request, tx.flow)) this.#grant(tx, subscription);
      else this.#refuse(tx, 500);
    }
    return true;
  }

  stop(): void {
    this.#undo();
    for (const subscription of this.#byDialog.values()) subscription.stop();
    this.#byDialog.clear();
    this.#byAor.clear();
  }

  #grant(tx: ServerTransaction, subscription: RegSubscription): void {
    const expires = expiresOf(tx.request);
    const asked = expires.ok ? (expires.value ?? DEFAULT_EXPIRES_S) : DEFAULT_EXPIRES_S;
    const expiresS = Math.min(asked, DEFAULT_EXPIRES_S);
    const routes = tx.request.headers.getAll("Record-Route");
    tx.respond(
      responseTo(tx.request, 200, undefined, {
        toTag: subscription.dialog.id.localTag,
        headers: [
          ...routes.map((value) => ({ name: "Record-Route", value })),
          { name: "Contact", value: this.#parts.own.contact("reg", tx.flow.transport) },
          { name: "Expires", value: String(expiresS) },
        ],
      }),
    );
    subscription.grant(expiresS);
  }

  #refusalOf(
    request: SipRequest,
    aor: string,
    by: Subscriber,
  ): { readonly status: number; readonly headers?: readonly HeaderField[] } | undefined {
    // RFC 3680 §4.6, §7: registrations tell where a person is. Nobody but the user and our own servers may know.
    const isAllowed = by.kind === "server" || (by.kind === "user" && by.aor === aor);
    if (!isAllowed) return { status: 403 };
    if (!acceptsRegInfo(request)) return { status: 406 };
    if ((this.#byAor.get(aor)?.size ?? 0) >= this.#parts.limits.subscriptionsPerAor) {
      return { status: 503, headers: [{ name: "Retry-After", value: "60" }] };
    }
    return this.#expiryRefusal(request);
  }

  #expiryRefusal(
    request: SipRequest,
  ): { readonly status: number; readonly headers?: readonly HeaderField[] } | undefined {
    const expires = expiresOf(request);
    if (!expires.ok) return { status: 400 };
    const { minExpiresS } = this.#parts.limits;
    const isShort = expires.value !== undefined && expires.value > 0 && expires.value < minExpiresS;
    // RFC 6665 §4.2.1.1.
    return isShort
      ? { status: 423, headers: [{ name: "Min-Expires", value: String(minExpiresS) }] }
      : undefined;
  }

  #refuse(tx: ServerTransaction, status: number, headers: readonly HeaderField[] = []): void {
    tx.respond(
      responseTo(tx.request, status, undefined, { toTag: this.#parts.ports.newTag(), headers }),
    );
  }

  #forget(subscription: RegSubscription): void {
    this.#byDialog.delete(dialogKey(subscription.dialog.id));
    const ofAor = this.#byAor.get(subscription.aor);
    ofAor?.delete(subscription);
    if (ofAor?.size === 0) this.#byAor.delete(subscription.aor);
  }
}

const ALLOW_EVENTS: readonly HeaderField[] = [{ name: "Allow-Events", value: "reg" }];

function aorAt(uri: string): string {
  const parsed = parseUri(uri);
  return parsed.ok ? aorOf(parsed.value) : "";
}

function isRegEvent(request: SipRequest): boolean {
  const event = parseParameterizedValue(request.headers.get("Event") ?? "");
  return event.ok && event.value.value.toLowerCase() === "reg";
}

/** RFC 3680 §4.4: without Accept the package's own type is meant. */
function acceptsRegInfo(request: SipRequest): boolean {
  const accepted = request.headers.list("Accept");
  return (
    accepted.length === 0 ||
    accepted.some((text) => {
      const parsed = parseParameterizedValue(text);
      return parsed.ok && [REG_INFO_TYPE, "application/*", "*/*"].includes(parsed.value.value);
    })
  );
}
