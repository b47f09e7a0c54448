import type { AppDevice } from "../../../shared/model/app-state.ts";
import type { DeviceView } from "../../../shared/model/device.ts";
import type { DeviceRecord } from "../../base/transfer-store.ts";

/** The device that shows the list. */
export interface OwnDevice {
  readonly name: string;
  readonly instanceId: string;
  readonly isOnline: boolean;
}

/**
 * All devices of the user: this one first, then those that are registered, then those that were seen before.
 * @param unnamed what one is called that says no name
 */
export function devicesOf(
  own: OwnDevice,
  registered: readonly DeviceView[],
  known: readonly DeviceRecord[],
  unnamed: string,
): readonly AppDevice[] {
  const others = registered.filter(
    ({ isThisDevice, instanceId }) => !isThisDevice && instanceId !== own.instanceId,
  );
  const online = others.map(
    ({ contact, name, instanceId }): AppDevice => ({
      ...{ name: name ?? unnamed, isThisDevice: false, isOnline: true, contact },
      ...(instanceId === undefined ? {} : { instanceId }),
    }),
  );
  const here = new Set([own.instanceId, ...online.map(({ instanceId }) => instanceId)]);
  const offline = known
    .filter(({ instanceId }) => !here.has(instanceId))
    .map(
      ({ name, instanceId, lastSeenMs }): AppDevice => ({
        ...{ name, instanceId, lastSeenMs, isThisDevice: false, isOnline: false },
      }),
    );
  const contact = registered.find(({ isThisDevice }) => isThisDevice)?.contact;
  const me: AppDevice = {
    ...{ name: own.name, isThisDevice: true, isOnline: own.isOnline, instanceId: own.instanceId },
    ...(contact === undefined ? {} : { contact }),
  };
  return [me, ...online, ...offline];
}
