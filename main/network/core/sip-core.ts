import type { Undo } from "../../base/events.ts";
import type { Hashing } from "../../base/ports.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { randomToken } from "../../base/tokens.ts";
import { parseUri } from "../../sip/grammar/uri.ts";
import { responseTo } from "../../sip/message/build.ts";
import { maxForwardsOf, toTagOf } from "../../sip/message/fields.ts";
import type { SipRequest, SipResponse } from "../../sip/message/message.ts";
import { validateRequest } from "../../sip/message/validate.ts";
import type { ServerTransaction } from "../../sip/transaction/transaction.ts";
import type { TransactionLayer } from "../../sip/transaction/transaction-layer.ts";
import { PlaceHealth } from "../../sip/transport/place-health.ts";
import type { SipPorts } from "../../sip/transport/ports.ts";
import { Admission } from "./admission.ts";
import { Arrivals } from "./arrivals.ts";
import { assertIdentity, neighbourAssertions } from "./asserted-identity.ts";
import type { Handover } from "./branch.ts";
import type { ContextPorts } from "./context-ports.ts";
import {
  CORE_LIMITS,
  type CoreConfig,
  type CoreLimits,
  type CoreUser,
  CPM_SERVICES,
} from "./core-config.ts";
import { wayTransport } from "./device-ways.ts";
import { DialogForwarder } from "./dialog-forwarder.ts";
import type { FilterCriterion } from "./filter-criteria.ts";
import { withBreadth, withHopTaken, withoutCredentials } from "./forwarding.ts";
import { Gruus } from "./gruu.ts";
import { LocationService } from "./location-service.ts";
import { hasPassed, wayOf } from "./loops.ts";
import { type OriginalDialog, OriginalDialogs } from "./original-dialogs.ts";
import { configuredUri, type LooseRouted, OwnAddresses, ownPlaces } from "./own-addresses.ts";
import { RATE_LIMITS } from "./rate-limits.ts";
import { RegEventServer } from "./reg-event-server.ts";
import { type LocalAnswer, register } from "./registrar.ts";
import { RequestRouter } from "./request-router.ts";
import { ResponseContext } from "./response-context.ts";
import { type SessionTimerPolicy, timedRequest } from "./session-timers.ts";
import { TrustedPeers } from "./trusted-peers.ts";

const TAG_LENGTH = 16;

/** How a request outside a dialog came in. */
type Origin =
  | { readonly kind: "user"; readonly aor: string }
  | { readonly kind: "neighbour"; readonly domain: string }
  | { readonly kind: "server"; readonly dialog?: OriginalDialog };

/**
 * The SIP/IP Core of one home network: registrar, authentication, identity, service triggers and the forking proxy
 * (RFC 3261 §10 and §16; of TS 24.229 what P-CSCF and S-CSCF do for a session). It sits directly on transactions and
 * knows nothing of what sessions are about.
 */
export class SipCore {
  readonly #transactions: TransactionLayer;
  readonly #limits: CoreLimits;
  readonly #timers: SessionTimerPolicy;
  readonly #own: OwnAddresses;
  readonly #gruus: Gruus;
  readonly #locations: LocationService;
  readonly #admission: Admission;
  readonly #peers: TrustedPeers;
  /** Counts what arrives; absent where nobody is counted. */
  readonly #arrivals: Arrivals | undefined;
  readonly #originalDialogs: OriginalDialogs;
  readonly #router: RequestRouter;
  readonly #dialogs: DialogForwarder;
  readonly #regEvents: RegEventServer;
  readonly #ports: ContextPorts & Pick<SipPorts, "random">;
  readonly #contexts = new Map<ServerTransaction, ResponseContext>();
  /** Requests under way, to recognise one that comes back to us unchanged. */
  readonly #underWay = new Set<string>();

  constructor(
    transactions: TransactionLayer,
    ports: SipPorts & { readonly hashing: Hashing },
    config: CoreConfig,
  ) {
    this.#transactions = transactions;
    this.#limits = { ...CORE_LIMITS, ...config.limits };
    const { minSessionS } = this.#limits;
    const { sessionExpiresS } = config;
    this.#timers = {
      minSessionS,
      ...(sessionExpiresS === undefined ? {} : { sessionExpiresS }),
    };
    const domain = config.domain.toLowerCase();
    const { clock, random, resolver, log, hashing } = ports;
    this.#ports = {
      transactions,
      clock,
      random,
      resolver,
      health: new PlaceHealth(clock),
      log,
      timerCMs: this.#limits.timerCMs,
      realm: domain,
      newTag: () => randomToken(random, TAG_LENGTH),
    };
    const { transport } = transactions;
    this.#own = new OwnAddresses(domain, ownPlaces(transport, config.publicAddress), ports);
    this.#gruus = new Gruus(domain, { hashing, random });
    this.#locations = new LocationService(clock);
    const admission = new Admission(config, { clock, random, hashing, locations: this.#locations });
    this.#admission = admission;
    this.#peers = new TrustedPeers(peersOf(config), ports);
    this.#arrivals = this.#openDoor(config);
    this.#originalDialogs = new OriginalDialogs(ports, {
      lifeMs: this.#limits.originalDialogLifeMs,
      max: this.#limits.originalDialogs,
    });
    this.#router = new RequestRouter({
      own: this.#own,
      locations: this.#locations,
      originalDialogs: this.#originalDialogs,
      gruus: this.#gruus,
      criteria: criteriaOf(config),
      neighbours: neighboursOf(config),
      limits: this.#limits,
      isUser: (aor) => admission.isUser(aor),
    });
    this.#dialogs = new DialogForwarder({
      ports: this.#ports,
      own: this.#own,
      locations: this.#locations,
      gruus: this.#gruus,
      isTrusted: (request, flow) => this.#peers.peerOf(request, flow).kind !== "unknown",
    });
    this.#regEvents = new RegEventServer({
      ports: this.#ports,
      own: this.#own,
      locations: this.#locations,
      limits: this.#limits,
      isUser: (aor) => admission.isUser(aor),
    });
    this.#listen();
  }

  /** Other users from now on; devices of those who are gone, or have another password, are not registered any more. */
  setUsers(users: readonly CoreUser[]): void {
    for (const aor of this.#admission.setUsers(users))
      for (const binding of this.#locations.bindingsOf(aor)) this.#locations.deactivate(binding);
  }

  /** Tells how many devices a user has whenever one comes or goes. @returns undoes it */
  onDevices(listener: (aor: string, count: number) => void): Undo {
    return this.#locations.events.on("changed", ({ aor, changes }) => {
      if (changes.some(({ event }) => event !== "refreshed"))
        listener(aor, this.#locations.bindingsOf(aor).length);
    });
  }

  /** Stops timers; the transaction layer belongs to whoever opened it. */
  stop(): void {
    this.#dialogs.stop();
    this.#regEvents.stop();
    this.#locations.stop();
    this.#peers.stop();
  }

  #openDoor({ profile = "lab" }: CoreConfig): Arrivals | undefined {
    const rates = RATE_LIMITS[profile];
    if (rates === undefined) return undefined;
    const { transport } = this.#transactions;
    const arrivals = new Arrivals(rates, {
      ...{ clock: this.#ports.clock, transport },
      peerOf: (request, flow) => this.#peers.peerOf(request, flow),
      isPeerPlace: (place, over) => this.#peers.isPlace(place, over),
      usersOver: (flow) => this.#admission.usersOver(flow),
    });
    transport.guardBy(arrivals);
    this.#transactions.onArrival((request, flow) => arrivals.judge(request, flow));
    return arrivals;
  }

  #listen(): void {
    this.#transactions.onRequest((tx) => {
      this.#receive(tx);
    });
    this.#transactions.onAck((ack, flow) => {
      if (this.#dialogs.forwardAck(ack, flow)) this.#arrivals?.admittedToDialog(ack, flow);
    });
    this.#transactions.transport.events.on("flowClosed", ({ flow }) => {
      this.#admission.flowClosed(flow);
      this.#locations.flowClosed(flow);
    });
  }

  #receive(tx: ServerTransaction): void {
    if (tx.request.method === "CANCEL") {
      this.#cancel(tx);
      return;
    }
    const refusal = validateRequest(tx.request) ?? this.#inspect(tx.request);
    if (refusal !== undefined) {
      this.#answer(tx, refusal);
      return;
    }
    const routed = this.#own.looseRoute(tx.request);
    const callId = tx.request.headers.get("Call-ID") ?? "";
    if (toTagOf(tx.request) === undefined) {
      this.#receiveInitial(tx, routed);
    } else if (this.#regEvents.receive(tx)) {
      // It belongs to a subscription that we hold ourselves.
    } else if (this.#own.hasDialogMark(routed.marks, callId)) {
      const excess = this.#arrivals?.admittedToDialog(tx.request, tx.flow);
      if (excess === undefined) this.#forwardInDialog(tx, routed);
      else this.#answer(tx, excess);
    } else {
      // Whoever was admitted to a dialog has our Record-Route; others may not reach anybody by inventing a To tag.
      this.#answer(tx, { status: 481 });
    }
  }

  /** RFC 3261 §16.10: the CANCEL is answered here; each branch gets one of its own. */
  #cancel(tx: ServerTransaction): void {
    const { cancelled } = tx;
    this.#answer(tx, { status: cancelled === undefined ? 481 : 200 });
    if (cancelled === undefined) return;
    this.#contexts.get(cancelled)?.cancel(tx.request.headers.getAll("Reason"));
  }

  /** RFC 3261 §16.3 steps 3 to 5. */
  #inspect(request: SipRequest): LocalAnswer | undefined {
    const hops = maxForwardsOf(request);
    if (hops.ok && hops.value === 0) return { status: 483 };
    // It has been here, and nothing that decides its way has changed since (RFC 5393).
    const isLoop = hasPassed(request, this.#transactions.transport);
    if (isLoop && this.#underWay.has(wayOf(request))) return { status: 482 };
    const required = request.headers.list("Proxy-Require");
    if (required.length === 0) return undefined;
    return { status: 420, headers: [{ name: "Unsupported", value: required.join(", ") }] };
  }

  #receiveInitial(tx: ServerTransaction, routed: LooseRouted): void {
    if (isSecure(routed.uri)) {
      // RFC 5630 §3: every hop to its user would have to be protected, and no device here registers so.
      this.#answer(tx, { status: 416, reason: "Unsupported URI Scheme: sips" });
      return;
    }
    if (this.#isMergedForUs(tx, routed)) {
      this.#answer(tx, { status: 482 });
      return;
    }
    const origin = this.#originOf(tx, routed);
    if (!origin.ok) {
      this.#answer(tx, origin.error);
    } else if (tx.request.method === "REGISTER") {
      this.#register(tx, origin.value);
    } else if (routed.headers.has("Route")) {
      // Nobody outside a dialog may choose a way through us to somewhere else.
      this.#answer(tx, { status: 403, reason: "Forbidden: Route leads elsewhere" });
    } else if (this.#regEvents.serves(tx.request, routed.uri)) {
      this.#regEvents.subscribe(tx, routed.uri, origin.value);
    } else if (this.#isForUs(routed.uri)) {
      this.#answerForOurselves(tx);
    } else {
      this.#forwardInitial(tx, routed, origin.value);
    }
  }

  /** RFC 3261 §8.2.2.2: what we answer ourselves we answer once, over however many ways it came. A proxy forwards all. */
  #isMergedForUs(tx: ServerTransaction, { uri }: LooseRouted): boolean {
    const isAnsweredHere =
      tx.request.method === "REGISTER" ||
      this.#isForUs(uri) ||
      this.#regEvents.serves(tx.request, uri);
    return isAnsweredHere && this.#transactions.isMerged(tx);
  }

  #originOf(tx: ServerTransaction, { marks }: LooseRouted): Result<Origin, LocalAnswer> {
    const { request, flow } = tx;
    for (const mark of marks.filter((one) => one.startsWith("odi-"))) {
      const dialog = this.#originalDialogs.find(mark);
      return dialog === undefined
        ? err({ status: 403, reason: "Forbidden: unknown dialog identifier" })
        : ok({ kind: "server", dialog });
    }
    const peer = this.#peers.peerOf(request, flow);
    if (peer.kind !== "unknown") return ok(peer);
    const user =
      request.method === "REGISTER"
        ? this.#admission.authenticateRegister(request, flow)
        : this.#admission.identify(request, flow);
    if (!user.ok) return user;
    const excess = this.#arrivals?.admitted(request, flow, user.value);
    return excess === undefined ? ok({ kind: "user", aor: user.value }) : err(excess);
  }

  #register(tx: ServerTransaction, origin: Origin): void {
    if (origin.kind !== "user") {
      this.#answer(tx, { status: 403 });
      return;
    }
    const uri = parseUri(tx.request.uri);
    const isOurs = uri.ok && uri.value.kind === "sip" && this.#own.isOwn(uri.value);
    const own = this.#own;
    this.#answer(
      tx,
      isOurs
        ? register(tx.request, tx.flow, origin.aor, {
            clock: this.#ports.clock,
            locations: this.#locations,
            limits: this.#limits,
            gruus: this.#gruus,
            serviceRoute: (contact, flow) => own.serviceRoute(wayTransport({ flow, uri: contact })),
            isOwnAddress: (contact) => own.isOwn(contact),
          })
        : { status: 404, reason: "Unknown domain" },
    );
  }

  #isForUs(text: string): boolean {
    const uri = parseUri(text);
    return uri.ok && uri.value.kind === "sip" && uri.value.user === undefined
      ? this.#own.isOwn(uri.value)
      : false;
  }

  #answerForOurselves(tx: ServerTransaction): void {
    const { method } = tx.request;
    if (method === "SUBSCRIBE") {
      // RFC 6665 §4.2.1.1: there is a package here, but this is not its resource.
      this.#answer(tx, { status: 489, headers: [{ name: "Allow-Events", value: "reg" }] });
      return;
    }
    const allow = [{ name: "Allow", value: "REGISTER, OPTIONS, SUBSCRIBE" }];
    this.#answer(tx, { status: method === "OPTIONS" ? 200 : 405, headers: allow });
  }

  #forwardInitial(tx: ServerTransaction, routed: LooseRouted, origin: Origin): void {
    const asserted = { ...tx.request, uri: routed.uri, headers: routed.headers };
    const request = withBreadth(withHopTaken(withoutCredentials(asserted, this.#own.domain)));
    const timed =
      request === undefined ? err({ status: 440 }) : timedRequest(request, this.#timers);
    if (!timed.ok) this.#answer(tx, timed.error);
    else this.#proceed(tx, this.#wayFrom(timed.value, origin));
  }

  #wayFrom(request: SipRequest, origin: Origin): Handover {
    switch (origin.kind) {
      case "user":
        return this.#router.fromUser(
          { ...request, headers: assertIdentity(request, origin.aor) },
          origin.aor,
        );
      case "neighbour":
        return this.#router.toUser({
          ...request,
          headers: neighbourAssertions(request, origin.domain),
        });
      case "server":
        return origin.dialog === undefined
          ? this.#router.toDomain(request)
          : this.#router.fromServer(request, origin.dialog);
    }
  }

  #forwardInDialog(tx: ServerTransaction, routed: LooseRouted): void {
    const loose = { ...tx.request, headers: routed.headers };
    const timed = timedRequest(withoutCredentials(loose, this.#own.domain), this.#timers);
    if (!timed.ok) {
      this.#answer(tx, timed.error);
      return;
    }
    const { headers } = timed.value;
    this.#proceed(tx, this.#dialogs.plan(timed.value, { ...routed, headers }, tx.flow));
  }

  #proceed(tx: ServerTransaction, way: Handover): void {
    if (tx.isInvite) tx.respond(responseTo(tx.request, 100));
    if (way.kind === "answer") {
      this.#answer(tx, way);
      return;
    }
    const key = wayOf(tx.request);
    this.#underWay.add(key);
    const context = new ResponseContext(tx, this.#ports, () => {
      this.#contexts.delete(tx);
      this.#underWay.delete(key);
    });
    this.#contexts.set(tx, context);
    context.start(way);
  }

  #answer(tx: ServerTransaction, answer: LocalAnswer): void {
    const response: SipResponse = responseTo(tx.request, answer.status, answer.reason, {
      toTag: this.#ports.newTag(),
      ...(answer.headers === undefined ? {} : { headers: answer.headers }),
    });
    tx.respond(response);
  }
}

function isSecure(uri: string): boolean {
  return uri.slice(0, 5).toLowerCase() === "sips:";
}

function criteriaOf(config: CoreConfig): readonly FilterCriterion[] {
  const server = config.participatingFunction?.trim().replace(/^</, "").replace(/>$/, "");
  if (server === undefined) return [];
  return (["originating", "terminating"] as const).map((sessionCase) => ({
    method: "INVITE",
    sessionCase,
    services: config.triggeredServices ?? CPM_SERVICES,
    server,
    onFailure: config.onServerFailure ?? "terminate",
  }));
}

function neighboursOf(config: CoreConfig): ReadonlyMap<string, ReturnType<typeof configuredUri>> {
  return new Map(
    [...config.neighbours].map(([domain, uri]) => [domain.toLowerCase(), configuredUri(uri)]),
  );
}

function peersOf(config: CoreConfig): ConstructorParameters<typeof TrustedPeers>[0] {
  const neighbours = [...neighboursOf(config)].map(([domain, uri]) => ({
    uri,
    peer: { kind: "neighbour" as const, domain },
  }));
  if (config.participatingFunction === undefined) return neighbours;
  const server = {
    uri: configuredUri(config.participatingFunction),
    peer: { kind: "server" as const },
  };
  return [...neighbours, server];
}
