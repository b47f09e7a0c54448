import type { FaultCase } from "./fault-case.ts";
import { KILL_CASES } from "./kill-cases.ts";

export const CASES: readonly FaultCase[] = [...KILL_CASES];
