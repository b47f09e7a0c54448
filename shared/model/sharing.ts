/** An address of this computer at which others may reach it. */
export interface SharingChoice {
  /** As the system names it, for example `wlan0`. */
  readonly interfaceName: string;
  /** Without brackets. */
  readonly address: string;
  readonly family: 4 | 6;
  /** `loopback`: this computer only. `linkLocal`: the cable or the radio cell only, and only until the next start. */
  readonly reach: "network" | "linkLocal" | "loopback";
}

/** Somebody who has an account in the network that this window shares. */
export interface SharedPerson {
  readonly aor: string;
  readonly name: string;
  /** The user of this window. */
  readonly isHost: boolean;
  readonly isOnline: boolean;
  /** Wall-clock milliseconds since 1970; absent: never seen. */
  readonly lastSeenMs?: number;
}

/** "Share with people nearby": the network that this window runs for others. */
export interface SharingState<Text = string> {
  readonly state: "starting" | "on" | "failed";
  /** How the network is called in invitations. */
  readonly name: string;
  readonly address: string;
  readonly interfaceName: string;
  /** Of its certificate: pairs of capital digits with colons. Absent while it starts for the first time. */
  readonly fingerprint?: string;
  readonly people: readonly SharedPerson[];
  readonly failure?: { readonly message: Text; readonly action: Text };
}

/** A QR code as a picture: one SVG path in a square of `sizeModules`, the quiet zone around it included. */
export interface QrCode {
  readonly sizeModules: number;
  readonly path: string;
}

/**
 * What to hand to somebody. The link holds the password and is not kept: this is the only time it is shown. A new one
 * makes it void.
 */
export interface Invitation {
  readonly aor: string;
  readonly name: string;
  readonly link: string;
  readonly qr: QrCode;
}

/** What a link to join says, without its secret. */
export interface JoinView {
  /** Who the user will be there. */
  readonly aor: string;
  /** As whoever made the link calls the network. */
  readonly networkName?: string;
  /** `host:port` of the computer that runs it. */
  readonly server: string;
  /** What its certificate must have: pairs of capital digits with colons. */
  readonly fingerprint: string;
}
