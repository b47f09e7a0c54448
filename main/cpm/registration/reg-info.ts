import type { DeviceView } from "../../../shared/model/device.ts";
import { parseDecimal } from "../../base/decimal.ts";
import { parseXml, type XmlElement } from "../../base/xml.ts";

/** One contact of a registration, as a notification describes it (RFC 3680 §5.2). */
interface ContactElement {
  readonly id: string;
  readonly isActive: boolean;
  readonly event: string;
  readonly uri: string;
  readonly instanceId?: string;
  readonly name?: string;
}

interface RegInfoDocument {
  readonly version: number;
  readonly isFull: boolean;
  readonly contacts: readonly ContactElement[];
}

/** What a notification meant. */
export type RegInfoStep =
  /** The state is known; `changed` lists what this document said of single contacts. */
  | { readonly kind: "known"; readonly changed: readonly ContactElement[] }
  /** Said already, or older. */
  | { readonly kind: "old" }
  /** A document is missing, or this one cannot be read: ask for the full state. */
  | { readonly kind: "gap" };

const MAX_CONTACTS = 256;

/** Puts the documents of one subscription together to the state of a user's registration (RFC 3680 §5.2). */
export class RegInfoState {
  readonly #aor: string;
  #version = -1;
  readonly #contacts = new Map<string, ContactElement>();

  constructor(aor: string) {
    this.#aor = aor;
  }

  take(body: Buffer): RegInfoStep {
    const document = readRegInfo(body, this.#aor);
    if (document === undefined) return { kind: "gap" };
    if (document.version <= this.#version) return { kind: "old" };
    if (!document.isFull && document.version !== this.#version + 1) return { kind: "gap" };
    this.#version = document.version;
    if (document.isFull) this.#contacts.clear();
    for (const contact of document.contacts) {
      if (!contact.isActive) this.#contacts.delete(contact.id);
      else if (this.#contacts.size < MAX_CONTACTS) this.#contacts.set(contact.id, contact);
    }
    return { kind: "known", changed: document.contacts };
  }

  /** The user's devices, this one first; several ways to one device count once (RFC 5626 §6). */
  devices(own: { readonly instanceId: string; readonly contact: string }): readonly DeviceView[] {
    const devices = new Map<string, DeviceView>();
    for (const contact of this.#contacts.values()) {
      const { instanceId, uri, name } = contact;
      devices.set(instanceId?.toLowerCase() ?? uri, {
        contact: uri,
        ...(name === undefined ? {} : { name }),
        ...(instanceId === undefined ? {} : { instanceId }),
        isThisDevice: isOwnContact(contact, own),
      });
    }
    return [...devices.values()].sort((a, b) => Number(b.isThisDevice) - Number(a.isThisDevice));
  }
}

export function isOwnContact(
  { instanceId, uri }: Pick<ContactElement, "instanceId" | "uri">,
  own: { readonly instanceId: string; readonly contact: string },
): boolean {
  return instanceId === undefined
    ? uri === own.contact
    : instanceId.toLowerCase() === own.instanceId.toLowerCase();
}

/** undefined: not a document of this package. Registrations of other addresses are left out. */
function readRegInfo(body: Buffer, aor: string): RegInfoDocument | undefined {
  const root = parseXml(body.toString("utf8"));
  const version = parseDecimal(root?.attributes.get("version") ?? "");
  const state = root?.attributes.get("state");
  if (root?.name !== "reginfo" || version === undefined) return undefined;
  if (state !== "full" && state !== "partial") return undefined;
  const contacts = root.children
    .filter((one) => one.name === "registration" && one.attributes.get("aor") === aor)
    .flatMap((one) => one.children)
    .flatMap(readContact);
  return { version, isFull: state === "full", contacts };
}

function readContact(element: XmlElement): readonly ContactElement[] {
  const id = element.attributes.get("id");
  const uri = element.children.find(({ name }) => name === "uri")?.text;
  if (element.name !== "contact" || id === undefined || uri === undefined) return [];
  const instanceId = unknownParameter(element, "+sip.instance")
    ?.replace(/^</, "")
    .replace(/>$/, "");
  const name = unknownParameter(element, "device-name");
  return [
    {
      id,
      uri,
      isActive: element.attributes.get("state") === "active",
      event: element.attributes.get("event") ?? "",
      ...(instanceId === undefined || instanceId === "" ? {} : { instanceId }),
      ...(name === undefined || name === "" ? {} : { name: name.slice(0, 64) }),
    },
  ];
}

function unknownParameter(contact: XmlElement, wanted: string): string | undefined {
  const found = contact.children.find(
    (one) => one.name === "unknown-param" && one.attributes.get("name")?.toLowerCase() === wanted,
  );
  // Values stand as Contact writes them: some notifiers keep the quotes.
  return found?.text.replace(/^"(.*)"$/s, "$1").replace(/\\(.)/gs, "$1");
}
