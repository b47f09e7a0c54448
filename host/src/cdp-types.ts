/** The protocol's types as Playwright ships them; nothing of them is there when the host runs. */
export type { Protocol } from "../../node_modules/playwright-core/types/protocol.d.ts";
