import { ADDRESS_CASES } from "./address-cases.ts";
import { DISK_CASES } from "./disk-cases.ts";
import type { FaultCase } from "./fault-case.ts";
import { KILL_CASES } from "./kill-cases.ts";
import { NETWORK_CASES } from "./network-cases.ts";
import { PAGE_CASES } from "./page-cases.ts";

export const CASES: readonly FaultCase[] = [
  ...KILL_CASES,
  ...DISK_CASES,
  ...NETWORK_CASES,
  ...ADDRESS_CASES,
  ...PAGE_CASES,
];
