import { printable } from "../../../shared/format/safe-text.ts";
import type { Card, CardFile } from "../../../shared/model/card.ts";
import type { OfferedFileView, OfferView } from "../../../shared/model/offer.ts";
import { safeFileName } from "../../storage/file-name.ts";
import type { BookCard, CardEntry } from "./card-entry.ts";
import { isDangerousFile } from "./dangerous-file.ts";
import { omit } from "./omit.ts";

/** What the application knows of an offer beside what the client told. */
export interface OfferSetting {
  readonly peerName: string;
  readonly wallMs: number;
  readonly ringTimeS: number;
  readonly folder: string;
  /** The person is known and pictures are wanted. */
  readonly showsIcons: boolean;
}

/** An outgoing offer whose files are about to be read. */
export interface Preparation {
  readonly id: string;
  readonly to: string;
  readonly peerName: string;
  readonly wallMs: number;
  readonly files: readonly Pick<CardFile, "name" | "type" | "sizeOctets" | "path">[];
  readonly text?: string;
  readonly group?: string;
}

export function preparingEntry(preparation: Preparation): CardEntry {
  const { id, to, peerName, wallMs, files, text, group } = preparation;
  return entryOf({
    ...{ id, direction: "outgoing", peer: to, peerName, state: "preparing", startedMs: wallMs },
    files: files.map(({ name, type, sizeOctets, path }, index) => ({
      ...{ index, name: printable(name), type, sizeOctets, state: "offered", octets: 0 },
      isDangerous: isDangerousFile(name, type),
      isNameTaken: false,
      ...(path === undefined ? {} : { path }),
    })),
    hashedOctets: 0,
    ...(text === undefined ? {} : { text }),
    ...(group === undefined ? {} : { group }),
  });
}

/** An offer that rings here, or that goes out. */
export function offeredEntry(
  offer: OfferView,
  setting: OfferSetting,
  prepared: CardEntry | undefined,
): CardEntry {
  const { id, direction, conversationId, text } = offer;
  const isIncoming = direction === "incoming";
  const files = offer.files.map((file) => fileOf(offer, file, setting.showsIcons));
  const began: BookCard = prepared?.card ?? {
    ...{ id, direction, files: [], state: "reaching", startedMs: offer.startedMs },
    peer: isIncoming ? offer.from : offer.to,
    peerName: setting.peerName,
    ...(text === undefined ? {} : { text }),
  };
  const card = omit(began, "hashedOctets");
  const ringing = isIncoming
    ? { expiresMs: setting.wallMs + setting.ringTimeS * 1000, folder: setting.folder }
    : {};
  return {
    ...entryOf({
      ...card,
      // From here on the history has it, under its own time.
      startedMs: offer.startedMs,
      files: files.map((file) => ({ ...file, ...pathOf(began, file.index) })),
      state: isIncoming ? "ringing" : "reaching",
      ...(offer.series === undefined ? {} : { series: offer.series }),
      ...ringing,
    }),
    conversationId,
  };
}

export function entryOf(card: BookCard): CardEntry {
  return {
    card,
    octets: new Map(card.files.map(({ index, octets }) => [index, octets])),
    fileCodes: new Map(),
    isAnswered: false,
  };
}

export function fileOf(
  offer: { readonly id: string; readonly direction: Card["direction"] },
  file: OfferedFileView,
  showsIcons: boolean,
): CardFile {
  const { index, name, type, sizeOctets = 0, hash, icon } = file;
  const savedAs = safeFileName(name);
  const isRenamed = offer.direction === "incoming" && savedAs !== name;
  return {
    ...{ index, name: printable(name), type, sizeOctets, state: "offered", octets: 0 },
    isNameTaken: false,
    isDangerous: isDangerousFile(name, type),
    ...(hash === undefined ? {} : { hash }),
    ...(isRenamed ? { savedAs } : {}),
    ...(icon === undefined || !showsIcons ? {} : { icon: iconPath(offer.id, index) }),
  };
}

/** Path of a picture on the windows' origin. */
export function iconPath(offerId: string, index: number): string {
  return `/icon/${encodeURIComponent(offerId)}/${String(index)}`;
}

function pathOf(card: BookCard, index: number): { readonly path?: string } {
  const path = card.files.find((file) => file.index === index)?.path;
  return path === undefined ? {} : { path };
}
