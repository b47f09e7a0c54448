import { HostWindow } from "./browser-window.ts";
import type { HostWebContents } from "./web-contents.ts";

type Surface = Pick<
  Electron.BrowserWindow,
  | "setTitle"
  | "getTitle"
  | "setMinimumSize"
  | "getMinimumSize"
  | "setMaximumSize"
  | "getMaximumSize"
  | "setResizable"
  | "isResizable"
  | "setMinimizable"
  | "isMinimizable"
  | "setMaximizable"
  | "isMaximizable"
  | "setClosable"
  | "isClosable"
  | "setMovable"
  | "isMovable"
  | "setFocusable"
  | "isFocusable"
  | "setEnabled"
  | "isEnabled"
  | "setAlwaysOnTop"
  | "isAlwaysOnTop"
  | "setSkipTaskbar"
  | "setBackgroundColor"
  | "getBackgroundColor"
  | "setOpacity"
  | "getOpacity"
  | "setHasShadow"
  | "hasShadow"
  | "setAutoHideMenuBar"
  | "isMenuBarAutoHide"
  | "setMenuBarVisibility"
  | "isMenuBarVisible"
  | "setVisibleOnAllWorkspaces"
  | "setContentProtection"
  | "setProgressBar"
  | "flashFrame"
  | "setRepresentedFilename"
  | "getRepresentedFilename"
  | "setDocumentEdited"
  | "isDocumentEdited"
  | "previewFile"
  | "closeFilePreview"
  | "setThumbarButtons"
  | "accessibleTitle"
  | "getMediaSourceId"
  | "isModal"
  | "removeMenu"
>;

/** The rest of a window: state without a native thing behind it. What Electron has no getter for is in `__host`. */
export class LogicalWindow extends HostWindow implements Surface {
  readonly #flags = new Map<string, boolean>();
  #maximum: Electron.Size = { width: 0, height: 0 };
  #backgroundColor = "#FFFFFF";
  #opacity = 1;
  #file = "";
  accessibleTitle = "";

  get title(): string {
    return this.state.title;
  }

  set title(title: string) {
    this.setTitle(title);
  }

  setTitle(title: string): void {
    this.state.title = title;
  }

  getTitle(): string {
    return this.state.title;
  }

  setMinimumSize(width: number, height: number): void {
    this.state.minimum = { width, height };
  }

  getMinimumSize(): number[] {
    return [this.state.minimum.width, this.state.minimum.height];
  }

  setMaximumSize(width: number, height: number): void {
    this.#maximum = { width, height };
  }

  getMaximumSize(): number[] {
    return [this.#maximum.width, this.#maximum.height];
  }

  setResizable(isResizable: boolean): void {
    this.#flags.set("resizable", isResizable);
  }

  isResizable(): boolean {
    return this.#flags.get("resizable") ?? true;
  }

  setMinimizable(isMinimizable: boolean): void {
    this.#flags.set("minimizable", isMinimizable);
  }

  isMinimizable(): boolean {
    return this.#flags.get("minimizable") ?? true;
  }

  setMaximizable(isMaximizable: boolean): void {
    this.#flags.set("maximizable", isMaximizable);
  }

  isMaximizable(): boolean {
    return this.#flags.get("maximizable") ?? true;
  }

  setClosable(isClosable: boolean): void {
    this.#flags.set("closable", isClosable);
  }

  isClosable(): boolean {
    return this.#flags.get("closable") ?? true;
  }

  setMovable(isMovable: boolean): void {
    this.#flags.set("movable", isMovable);
  }

  isMovable(): boolean {
    return this.#flags.get("movable") ?? true;
  }

  setFocusable(isFocusable: boolean): void {
    this.#flags.set("focusable", isFocusable);
  }

  isFocusable(): boolean {
    return this.#flags.get("focusable") ?? true;
  }

  setEnabled(isEnabled: boolean): void {
    this.#flags.set("enabled", isEnabled);
  }

  isEnabled(): boolean {
    return this.#flags.get("enabled") ?? true;
  }

  setAlwaysOnTop(isOnTop: boolean): void {
    this.#flags.set("alwaysOnTop", isOnTop);
  }

  isAlwaysOnTop(): boolean {
    return this.#flags.get("alwaysOnTop") ?? false;
  }

  setSkipTaskbar(isSkipped: boolean): void {
    this.__host["skipTaskbar"] = isSkipped;
  }

  setBackgroundColor(color: string): void {
    this.#backgroundColor = color;
  }

  getBackgroundColor(): string {
    return this.#backgroundColor;
  }

  setOpacity(opacity: number): void {
    this.#opacity = opacity;
  }

  getOpacity(): number {
    return this.#opacity;
  }

  setHasShadow(hasShadow: boolean): void {
    this.#flags.set("shadow", hasShadow);
  }

  hasShadow(): boolean {
    return this.#flags.get("shadow") ?? true;
  }

  setAutoHideMenuBar(isHidden: boolean): void {
    this.#flags.set("autoHideMenuBar", isHidden);
  }

  isMenuBarAutoHide(): boolean {
    return this.#flags.get("autoHideMenuBar") ?? false;
  }

  setMenuBarVisibility(isVisible: boolean): void {
    this.#flags.set("menuBar", isVisible);
  }

  isMenuBarVisible(): boolean {
    return this.#flags.get("menuBar") ?? true;
  }

  setMenu(menu: unknown): void {
    this.__host["menu"] = menu;
  }

  removeMenu(): void {
    this.__host["menu"] = null;
  }

  setIcon(icon: unknown): void {
    this.__host["icon"] = icon;
  }

  setProgressBar(progress: number, options?: Electron.ProgressBarOptions): void {
    this.__host["progress"] = progress;
    this.__host["progressMode"] = options?.mode ?? "normal";
  }

  setOverlayIcon(overlay: unknown, description: string): void {
    this.__host["overlay"] = overlay;
    this.__host["overlayDescription"] = description;
  }

  flashFrame(isFlashing: boolean): void {
    this.__host["isFlashing"] = isFlashing;
  }

  setRepresentedFilename(filename: string): void {
    this.#file = filename;
  }

  getRepresentedFilename(): string {
    return this.#file;
  }

  setDocumentEdited(isEdited: boolean): void {
    this.#flags.set("edited", isEdited);
  }

  isDocumentEdited(): boolean {
    return this.#flags.get("edited") ?? false;
  }

  previewFile(path: string, displayName?: string): void {
    this.__host["preview"] = { path, displayName };
  }

  closeFilePreview(): void {
    this.__host["preview"] = undefined;
  }

  setThumbarButtons(buttons: Electron.ThumbarButton[]): boolean {
    this.__host["thumbarButtons"] = buttons;
    return process.platform === "win32";
  }

  setAppDetails(details: Electron.AppDetailsOptions): void {
    this.__host["appDetails"] = details;
  }

  setVisibleOnAllWorkspaces(isVisible: boolean): void {
    this.#flags.set("allWorkspaces", isVisible);
  }

  setContentProtection(isProtected: boolean): void {
    this.#flags.set("protected", isProtected);
  }

  getMediaSourceId(): string {
    return `window:${this.id}:0`;
  }

  isModal(): boolean {
    return false;
  }

  getParentWindow(): LogicalWindow | null {
    return null;
  }

  getChildWindows(): LogicalWindow[] {
    return [];
  }

  capturePage(): ReturnType<HostWebContents["capturePage"]> {
    return this.webContents.capturePage();
  }
}
