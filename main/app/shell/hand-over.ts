import { z } from "zod";
import { MAX_PICKED } from "../../../shared/ipc/limits.ts";
import { MAX_LINK } from "../../../shared/link/cpm-link.ts";

const handOver = z.strictObject({
  paths: z.array(z.string().min(1).max(4096)).max(MAX_PICKED),
  to: z.string().max(512).optional(),
  isHidden: z.boolean(),
  /** The page Send is to be shown, whatever it holds. */
  isNewOffer: z.boolean().optional(),
  /** The window asks whether this network is to be joined. */
  joinLink: z.string().max(MAX_LINK).optional(),
});

/** What a second start of a profile gives to the first one, and ends. */
export type HandOver = z.infer<typeof handOver>;

/** Any program of this user can claim to be a second start. */
export function parseHandOver(data: unknown): HandOver {
  const parsed = handOver.safeParse(data);
  return parsed.success ? parsed.data : { paths: [], isHidden: false };
}
