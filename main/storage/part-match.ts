import type { FileHash, KeptPart, PartQuery } from "../base/files.ts";

/** What one thing in common says about two files being the same; hashes say most. */
const SAME_HASH = 4;
const SAME_CONVERSATION = 2;
const SAME_NAME = 1;

/**
 * The part that a later offer goes on with. Liberal, because programs differ in what they repeat: the conversation, the
 * name or the hash alone may be missing. Never across peers, for that would tell one what another one has sent.
 */
export function bestPart<T extends KeptPart>(parts: Iterable<T>, query: PartQuery): T | undefined {
  let best: T | undefined;
  let bestScore = 0;
  for (const part of parts) {
    const score = scoreOf(part, query);
    const isBetter = score > bestScore;
    const isLonger = score === bestScore && part.durableOctets > (best?.durableOctets ?? 0);
    if (score === 0 || !(isBetter || isLonger)) continue;
    best = part;
    bestScore = score;
  }
  return best;
}

/** 0: not the same file. */
function scoreOf({ origin, sizeOctets }: KeptPart, query: PartQuery): number {
  if (origin.peer !== query.peer || sizeOctets !== query.sizeOctets) return 0;
  const agreement = compareHashes(origin.hashes, query.hashes);
  const isSameConversation = origin.conversationId === query.conversationId;
  const isSameName = origin.offeredName === query.name;
  if (agreement === "differ") return 0;
  if (agreement === "unknown" && !(isSameConversation && isSameName)) return 0;
  return (
    (agreement === "agree" ? SAME_HASH : 0) +
    (isSameConversation ? SAME_CONVERSATION : 0) +
    (isSameName ? SAME_NAME : 0)
  );
}

function compareHashes(
  ours: readonly FileHash[],
  theirs: readonly FileHash[],
): "agree" | "differ" | "unknown" {
  let result: "agree" | "unknown" = "unknown";
  for (const { algorithm, hex } of ours) {
    const other = theirs.find((hash) => hash.algorithm === algorithm);
    if (other === undefined) continue;
    if (other.hex.toLowerCase() !== hex.toLowerCase()) return "differ";
    result = "agree";
  }
  return result;
}
