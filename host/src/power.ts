import { EventEmitter } from "node:events";
import { strict, strictClass } from "./strict.ts";

type MonitorSurface = Pick<
  Electron.PowerMonitor,
  | "getSystemIdleState"
  | "getSystemIdleTime"
  | "getCurrentThermalState"
  | "isOnBatteryPower"
  | "onBatteryPower"
>;
type Blocker = Pick<Electron.PowerSaveBlocker, "start" | "stop" | "isStarted">;

/** A computer that never sleeps by itself; tests emit `suspend` and `resume`. */
export class HostPowerMonitor extends EventEmitter implements MonitorSurface {
  onBatteryPower = false;

  getSystemIdleState(): "active" {
    return "active";
  }

  getSystemIdleTime(): number {
    return 0;
  }

  getCurrentThermalState(): "unknown" {
    return "unknown";
  }

  isOnBatteryPower(): boolean {
    return this.onBatteryPower;
  }
}

strictClass("powerMonitor", HostPowerMonitor);

export function createPowerSaveBlocker(): Blocker {
  const started = new Set<number>();
  let lastId = -1;
  return strict("powerSaveBlocker", {
    start() {
      lastId += 1;
      started.add(lastId);
      return lastId;
    },
    stop: (id: number) => started.delete(id),
    isStarted: (id: number) => started.has(id),
  });
}
