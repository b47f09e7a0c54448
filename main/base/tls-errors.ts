import type { SocketError, TlsFailure } from "./ports.ts";

/** The error of a handshake that failed for a reason of ours. */
export function tlsError(code: TlsFailure, message: string): SocketError {
  return { kind: "socket-error", code, message };
}

const FAILURES: ReadonlySet<string> = new Set<TlsFailure>([
  "TLS_WRONG_NAME",
  "TLS_EXPIRED",
  "TLS_NOT_YET_VALID",
  "TLS_UNKNOWN_ISSUER",
  "TLS_WRONG_FINGERPRINT",
  "TLS_VERSION",
  "TLS_TIMEOUT",
  "TLS_NOT_SPOKEN",
  "TLS_TOO_MANY",
  "TLS_FAILED",
]);

/** The failure that a text of the form `CODE: message` tells of; undefined: none of TLS. */
export function tlsFailureIn(text: string): TlsFailure | undefined {
  const [code = ""] = text.split(":", 1);
  // Checked border: it is one of them.
  return FAILURES.has(code) ? (code as TlsFailure) : undefined;
}

/**
 * Names of OpenSSL and BoringSSL, which differ in places, by what they mean to us. Looked for in the code and in the
 * message, since Node makes a code of its own of some and leaves others in the text.
 */
const MEANINGS: readonly (readonly [TlsFailure, readonly string[]])[] = [
  ["TLS_WRONG_NAME", ["ERR_TLS_CERT_ALTNAME_INVALID", "HOSTNAME_MISMATCH"]],
  ["TLS_EXPIRED", ["CERT_HAS_EXPIRED", "certificate expired", "CERTIFICATE_EXPIRED"]],
  ["TLS_NOT_YET_VALID", ["CERT_NOT_YET_VALID"]],
  [
    "TLS_UNKNOWN_ISSUER",
    [
      "DEPTH_ZERO_SELF_SIGNED_CERT",
      "SELF_SIGNED_CERT_IN_CHAIN",
      "UNABLE_TO_GET_ISSUER_CERT",
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      "INVALID_CA",
    ],
  ],
  [
    "TLS_VERSION",
    ["PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL", "protocol version", "unsupported protocol"],
  ],
  [
    "TLS_NOT_SPOKEN",
    [
      "WRONG_VERSION_NUMBER",
      "HTTP_REQUEST",
      "HTTPS_PROXY_REQUEST",
      "PACKET_LENGTH_TOO_LONG",
      "ENCRYPTED_LENGTH_TOO_LONG",
      "RECORD_LAYER_FAILURE",
      "wrong version number",
      "before secure TLS connection was established",
    ],
  ],
  ["TLS_TIMEOUT", ["ERR_TLS_HANDSHAKE_TIMEOUT"]],
];

/** What a failed handshake means. */
export function tlsFailureOf(code: string, message: string): TlsFailure {
  for (const [failure, names] of MEANINGS) {
    if (names.some((name) => code.includes(name) || message.includes(name))) return failure;
  }
  // Closed before a handshake, as those do who cannot read a hello.
  if (code === "ECONNRESET" || code === "EPIPE") return "TLS_NOT_SPOKEN";
  return "TLS_FAILED";
}
