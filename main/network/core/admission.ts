import type { Clock, Hashing, Random } from "../../base/ports.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { aorOf, parseUri } from "../../sip/grammar/uri.ts";
import { fromOf } from "../../sip/message/fields.ts";
import type { SipRequest } from "../../sip/message/message.ts";
import { type Flow, flowKey } from "../../sip/transport/flow.ts";
import type { SipDigestAlgorithm } from "../../sip/ua/digest.ts";
import { DigestVerifier } from "../../sip/ua/digest-verifier.ts";
import { AttemptGuard } from "./attempt-guard.ts";
import type { CoreConfig, CoreUser } from "./core-config.ts";
import type { LocationService } from "./location-service.ts";
import type { LocalAnswer } from "./registrar.ts";

export interface AdmissionPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly hashing: Hashing;
  readonly locations: LocationService;
}

/**
 * Finds out which user sends a request. Every method outside a dialog goes through here: there is no list of methods that
 * need it or do not.
 */
export class Admission {
  readonly #locations: LocationService;
  readonly #verifier: DigestVerifier;
  readonly #guard: AttemptGuard;
  /** By user name as a client may write it: with and without the domain. */
  readonly #users = new Map<string, CoreUser>();
  readonly #aors = new Set<string>();
  /** Connections on which a user has authenticated: the next request on it needs no new proof. */
  readonly #usersByConnection = new Map<string, Set<string>>();

  constructor(config: CoreConfig, ports: AdmissionPorts) {
    this.#locations = ports.locations;
    this.#guard = new AttemptGuard(ports.clock);
    const algorithms = config.digestAlgorithms;
    this.#verifier = new DigestVerifier(
      { realm: config.domain, ...(algorithms === undefined ? {} : { algorithms }) },
      ports,
    );
    for (const user of config.users) this.#add(user);
  }

  /**
   * Other users from now on. Who is gone, or has another password, has to prove itself anew everywhere.
   * @returns the AORs of those
   */
  setUsers(users: readonly CoreUser[]): readonly string[] {
    const before = new Map([...this.#users.values()].map((user) => [user.aor, user]));
    this.#users.clear();
    this.#aors.clear();
    for (const user of users) this.#add(user);
    const now = new Map([...this.#users.values()].map((user) => [user.aor, user]));
    const over = [...before.values()].filter((old) => !hasSamePassword(old, now.get(old.aor)));
    for (const proven of this.#usersByConnection.values())
      for (const { aor } of over) proven.delete(aor);
    return over.map(({ aor }) => aor);
  }

  isUser(aor: string): boolean {
    return this.#aors.has(aor);
  }

  /** For REGISTER, which always proves itself. @returns the user's AOR, or the 401 to answer with */
  authenticateRegister(request: SipRequest, flow: Flow): Result<string, LocalAnswer> {
    return this.#authenticate(request, flow, {
      credentials: "Authorization",
      challenge: "WWW-Authenticate",
      status: 401,
    });
  }

  /**
   * For everything else: the user whose registration or earlier proof came over this flow, else the one that the
   * credentials prove.
   * @returns the user's AOR; 407 without proof, 403 when From names somebody else
   */
  identify(request: SipRequest, flow: Flow): Result<string, LocalAnswer> {
    const from = fromOf(request);
    const claimed = from.ok ? aorOf(from.value.uri) : "";
    const known = this.usersOver(flow);
    if (known.includes(claimed)) return ok(claimed);
    const proven = this.#authenticate(request, flow, {
      credentials: "Proxy-Authorization",
      challenge: "Proxy-Authenticate",
      status: 407,
    });
    if (!proven.ok) return proven;
    return proven.value === claimed
      ? proven
      : err({ status: 403, reason: "Forbidden: From names another user" });
  }

  /** Users who have registered or shown their password over this flow. */
  usersOver(flow: Flow): readonly string[] {
    const proven = this.#usersByConnection.get(flowKey(flow)) ?? [];
    return [...this.#locations.usersOf(flow), ...proven];
  }

  flowClosed(flow: Flow): void {
    this.#usersByConnection.delete(flowKey(flow));
  }

  #authenticate(
    request: SipRequest,
    flow: Flow,
    by: { readonly credentials: string; readonly challenge: string; readonly status: number },
  ): Result<string, LocalAnswer> {
    const values = request.headers.getAll(by.credentials);
    const source = flow.remote.host;
    let name = "";
    const verdict = this.#verifier.verify(values, request, (claimed, algorithm) => {
      name = claimed;
      return this.#ha1Of(claimed, algorithm);
    });
    // Whether the password was right stays unsaid while the pair is locked.
    if (name !== "" && this.#guard.isLocked(source, name)) {
      return err({ status: 403, reason: "Forbidden: too many failed attempts" });
    }
    if (verdict.kind === "wrong" && name !== "") this.#guard.failed(source, name);
    if (verdict.kind !== "ok") {
      const challenges = this.#verifier.challenge(verdict);
      const headers = challenges.map((value) => ({ name: by.challenge, value }));
      return err({ status: by.status, headers });
    }
    this.#guard.succeeded(source, name);
    const user = this.#users.get(verdict.username);
    if (user === undefined) return err({ status: 403 });
    this.#remember(flow, user.aor);
    return ok(user.aor);
  }

  #ha1Of(name: string, algorithm: SipDigestAlgorithm): string | undefined {
    const ha1 = this.#users.get(name)?.ha1;
    switch (algorithm) {
      case "MD5":
        return ha1?.md5;
      case "SHA-256":
        return ha1?.sha256;
      case "SHA-512-256":
        return ha1?.sha512Trunc256;
    }
  }

  #remember(flow: Flow, aor: string): void {
    // A datagram's source proves nothing by itself; there only a registration counts.
    if (flow.transport === "udp") return;
    const key = flowKey(flow);
    const users = this.#usersByConnection.get(key) ?? new Set();
    this.#usersByConnection.set(key, users.add(aor));
  }

  #add(configured: CoreUser): void {
    const uri = parseUri(configured.aor);
    if (!uri.ok || uri.value.kind !== "sip" || uri.value.user === undefined) {
      throw new Error(`not an address-of-record in the configuration: ${configured.aor}`);
    }
    const aor = aorOf(uri.value);
    const user = { ...configured, aor };
    this.#aors.add(aor);
    this.#users.set(uri.value.user, user);
    this.#users.set(`${uri.value.user}@${uri.value.host}`, user);
  }
}

function hasSamePassword(a: CoreUser, b: CoreUser | undefined): boolean {
  return (
    a.ha1.md5 === b?.ha1.md5 &&
    a.ha1.sha256 === b?.ha1.sha256 &&
    a.ha1.sha512Trunc256 === b?.ha1.sha512Trunc256
  );
}
