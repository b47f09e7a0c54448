import { join } from "node:path";
import { app, type NativeImage, nativeImage } from "electron";

export type IconName = "icon.png" | "icon.ico" | "tray.png" | "tray-dot.png" | "overlay.png";

const DRAG_PX = 64;

export function iconPath(name: IconName): string {
  return join(app.getAppPath(), "resources", "icons", name);
}

export function windowIcon(): string {
  return iconPath(process.platform === "win32" ? "icon.ico" : "icon.png");
}

export function icon(name: IconName): NativeImage {
  return nativeImage.createFromPath(iconPath(name));
}

/** macOS refuses a drag whose picture is empty. */
export function dragIcon(): NativeImage {
  return icon("icon.png").resize({ width: DRAG_PX, height: DRAG_PX });
}
