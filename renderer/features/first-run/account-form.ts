import { readAddress } from "../../../shared/format/address.ts";
import { parseFingerprint } from "../../../shared/format/fingerprint.ts";
import type { RequestArguments, RequestFailure } from "../../../shared/ipc/contract.ts";
import type { SignInFailureCode } from "../../../shared/model/app-state.ts";

export interface AccountForm {
  readonly address: string;
  readonly password: string;
  readonly server: string;
  readonly transport: "udp" | "tcp" | "tls";
  /** Of the server's certificate; empty: it is known by the server's name. */
  readonly fingerprint: string;
  readonly name: string;
  readonly device: string;
}

export type AccountField = "address" | "password" | "server" | "fingerprint" | "name" | "device";

const SERVER = /^(?:[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?|\[[0-9a-f:.]{2,45}\])(?::[0-9]{1,5})?$/i;

/** Domain of the address, which is the usual server. */
export function usualServer(address: string): string {
  return /@(.+)$/.exec(readAddress(address) ?? "")?.[1] ?? "";
}

/** Fields that cannot be right, in the order in which they stand. */
export function wrongFields(form: AccountForm): readonly AccountField[] {
  const server = form.server.trim() === "" ? usualServer(form.address) : form.server.trim();
  const wrong: AccountField[] = [];
  if (!(readAddress(form.address)?.startsWith("sip") ?? false)) wrong.push("address");
  if (!SERVER.test(server) && !wrong.includes("address")) wrong.push("server");
  if (pinOf(form) === null) wrong.push("fingerprint");
  if (form.name.trim() === "") wrong.push("name");
  if (form.device.trim() === "") wrong.push("device");
  return wrong;
}

/** What is asked for by TLS alone; undefined: nothing; null: it cannot be one. */
function pinOf({ transport, fingerprint }: AccountForm): string | undefined | null {
  if (transport !== "tls" || fingerprint.trim() === "") return undefined;
  return parseFingerprint(fingerprint) ?? null;
}

/** The request for a form without wrong fields. */
export function connectArguments(form: AccountForm): RequestArguments<"account.connect"> {
  const server = form.server.trim();
  const fingerprint = pinOf(form) ?? undefined;
  return {
    aor: readAddress(form.address) ?? form.address,
    password: form.password,
    server: server === "" ? usualServer(form.address) : server,
    transport: form.transport,
    ...(fingerprint === undefined ? {} : { fingerprint }),
    displayName: form.name.trim(),
    deviceName: form.device.trim(),
  };
}

const FIELD_OF: Readonly<Partial<Record<RequestFailure["code"], AccountField>>> = {
  badAddress: "address",
  unknownUser: "address",
  badServer: "server",
  noAnswer: "server",
  wrongPassword: "password",
  wrongCertificateName: "server",
  noTls: "server",
  certificateUnknown: "fingerprint",
  certificateDiffers: "fingerprint",
};

/** The field to look at after a failure; undefined where no field is to blame. */
export function fieldOfFailure(code: RequestFailure["code"]): AccountField | undefined {
  return FIELD_OF[code];
}

const SIGN_IN_CODES: ReadonlySet<string> = new Set<SignInFailureCode>([
  "badAddress",
  "badServer",
  "wrongPassword",
  "unknownUser",
  "noAnswer",
  "refused",
  "networkNotStarted",
  "profileInUse",
  "storage",
  "wrongCertificateName",
  "certificateExpired",
  "certificateUnknown",
  "certificateDiffers",
  "noTls",
]);

export function isSignInFailure(code: string): code is SignInFailureCode {
  return SIGN_IN_CODES.has(code);
}
