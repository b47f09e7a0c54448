import { z } from "zod";
import { MAX_PICKED } from "../../../shared/ipc/limits.ts";

const handOver = z.strictObject({
  paths: z.array(z.string().min(1).max(4096)).max(MAX_PICKED),
  to: z.string().max(512).optional(),
  isHidden: z.boolean(),
  /** The page Send is to be shown, whatever it holds. */
  isNewOffer: z.boolean().optional(),
});

/** What a second start of a profile gives to the first one, and ends. */
export type HandOver = z.infer<typeof handOver>;

/** Any program of this user can claim to be a second start. */
export function parseHandOver(data: unknown): HandOver {
  const parsed = handOver.safeParse(data);
  return parsed.success ? parsed.data : { paths: [], isHidden: false };
}
