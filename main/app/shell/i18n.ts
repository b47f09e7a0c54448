/** Texts that the system shows and no window: menus, notifications, tray, dialogs. The windows have their own catalogue. */
const EN = {
  appName: "CPM Courier",
  windowTitle: (user: string, device: string) => `${user} · ${device} — CPM`,
  progressTitle: (percent: number, title: string) => `${percent} % – ${title}`,
  promptTitle: "Incoming offers",

  offerTitle: (who: string, files: number) =>
    `${who} wants to send you ${files === 1 ? "a file" : `${files} files`}`,
  offerBody: (first: string, more: number, size: string) =>
    `${more === 0 ? first : `${first} and ${more} more`} · ${size}`,
  acceptAll: "Accept all",
  review: "Review",
  autoAcceptedTitle: (who: string) => `Receiving files from ${who}`,
  autoAcceptedBody: (files: number, size: string) =>
    `${files === 1 ? "1 file" : `${files} files`} · ${size}. Accepted by your rule for this person.`,
  badge: (count: number) => (count === 1 ? "1 offer" : `${count} offers`),
  trayTip: (title: string, count: number) =>
    count === 0 ? title : `${title}: ${count === 1 ? "1 offer waits" : `${count} offers wait`}`,
  hiddenTitle: "CPM Courier is still running",
  hiddenBody: "You can be offered files as before. To end it, choose Quit in the menu of its icon.",

  chooseFiles: "Choose files to send",
  chooseFolderToSend: "Choose a folder to send",
  chooseFolder: "Choose where received files go",
  saveAs: "Save as",
  findFile: (name: string) => `Find ${name}`,

  startFailedTitle: "CPM Courier cannot start",
  startFailed: (why: string) => `${why}\nYour files are untouched.`,
  windowFailedTitle: "The window cannot be shown",
  windowFailed: "It ended several times. Transfers go on. Start CPM Courier again to see them.",
  profileRefused: (folder: string, why: string) =>
    `The profile ${folder} cannot be used: ${why}. Choose another one with --profile.`,

  menuFile: "File",
  menuEdit: "Edit",
  menuView: "View",
  menuWindow: "Window",
  menuHelp: "Help",
  newOffer: "New offer",
  choose: "Choose files…",
  newDevice: "New device…",
  settings: "Settings…",
  closeWindow: "Close window",
  quit: "Quit",
  send: "Send",
  sendMore: "Send…",
  transfers: "Transfers",
  history: "History",
  people: "People",
  devices: "Devices",
  settingsPage: "Settings",
  palette: "Command palette",
  search: "Search in this page",
  focusOffer: "Go to the oldest offer",
  shortcuts: "All shortcuts",
  developerTools: "Developer tools",
  open: "Open",
  doNotDisturb: "Do not disturb",
  autostartComment: "Sends files to people's devices and receives them",
} as const;

type Widened<Text> = Text extends (...args: infer Args) => string
  ? (...args: Args) => string
  : string;

export type ShellTexts = { readonly [Key in keyof typeof EN]: Widened<(typeof EN)[Key]> };

/** Made longer and accented, to show what is not translated or does not fit. */
export const PSEUDO_LANGUAGE = "en-XA";

/** @param language BCP 47, as resolved from the settings; one without a catalogue gets English */
export function shellTexts(language: string): ShellTexts {
  if (language !== PSEUDO_LANGUAGE) return EN;
  const entries = Object.entries(EN).map(([key, text]) => [key, pseudoText(text)]);
  // Checked border: the same keys, and each text of its own kind.
  return Object.fromEntries(entries) as ShellTexts;
}

/**
 * The language of the settings, or the system's.
 * @returns a tag that `Intl` takes
 */
export function resolveLanguage(setting: string, systemLocale: string): string {
  const wanted = setting === "system" ? systemLocale : setting;
  try {
    return Intl.getCanonicalLocales(wanted)[0] ?? "en";
  } catch (error) {
    if (error instanceof RangeError) return "en";
    throw error;
  }
}

type Text = string | ((...args: never[]) => string);

function pseudoText(text: Text): Text {
  if (typeof text === "string") return pseudo(text);
  return (...args: never[]) => pseudo(text(...args));
}

const ACCENTED: Readonly<Record<string, string>> = {
  ...{ a: "á", e: "é", i: "í", o: "ó", u: "ú", y: "ý", c: "ç", n: "ñ", s: "š", z: "ž" },
  ...{ A: "Á", E: "É", I: "Í", O: "Ó", U: "Ú", C: "Ç", N: "Ñ", S: "Š" },
};

function pseudo(text: string): string {
  const accented = Array.from(text, (letter) => ACCENTED[letter] ?? letter).join("");
  return `[${accented}${"~".repeat(Math.ceil(text.length * 0.3))}]`;
}

const STEP = 1000;
const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

/** For example `14.6 MB`, as the windows write it. */
export function sizeText(octets: number, language: string): string {
  let value = octets;
  let unit = 0;
  while (value >= STEP && unit < UNITS.length - 1) {
    value /= STEP;
    unit += 1;
  }
  const format = new Intl.NumberFormat(language === PSEUDO_LANGUAGE ? "en" : language, {
    ...{ style: "unit", unit: UNITS[unit] ?? "byte", unitDisplay: unit === 0 ? "long" : "short" },
    maximumFractionDigits: unit === 0 || value >= 100 ? 0 : 1,
  });
  return format.format(value);
}
