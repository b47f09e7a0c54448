import type { Card, CardFile } from "../../shared/model/card.ts";

/** A card for tests: an incoming offer of one file that rings, unless told otherwise. */
export function makeCard(part: Partial<Card> = {}): Card {
  return {
    id: "c1",
    direction: "incoming",
    peer: "sip:alice@a.example",
    peerName: "Alice",
    state: "ringing",
    files: [makeCardFile()],
    startedMs: 0,
    ...part,
  };
}

export function makeCardFile(part: Partial<CardFile> = {}): CardFile {
  return {
    index: 0,
    name: "plan.pdf",
    type: "application/pdf",
    sizeOctets: 100,
    state: "offered",
    octets: 0,
    isDangerous: false,
    isNameTaken: false,
    ...part,
  };
}
