/** What a kind of file system makes of a name that a program gives it, relative to an open folder. */
export interface NameRules {
  /**
   * @returns the key under which the entry lies, equal for names of the same entry; `outside` when it would lie
   *   somewhere else or is no file at all, `refused` when the system takes no such name
   */
  readonly entry: (name: string) => { readonly key: string } | "outside" | "refused";
}

const MAX_UNITS = 255;

/** Only `/` and NUL mean anything; a name is octets. */
const POSIX: NameRules = {
  entry: (name) => {
    if (name.includes("\0") || name === "") return "refused";
    if (name.includes("/") || name === "." || name === "..") return "outside";
    if (Buffer.byteLength(name) > MAX_UNITS) return "refused";
    return { key: Buffer.from(name, "utf8").toString("hex") };
  },
};

/** HFS+ and APFS as the Finder shows them: `:` is a separator, case and composition do not count, nor what is unseen. */
const MAC: NameRules = {
  entry: (name) => {
    const seen = name.replace(/[\u200C-\u200F\u202A-\u202E\u206A-\u206F\uFEFF]/g, "");
    if (name.includes("\0") || seen === "") return "refused";
    if (/[/:]/.test(name) || seen === "." || seen === "..") return "outside";
    if (name.normalize("NFD").length > MAX_UNITS || Buffer.byteLength(name) > MAX_UNITS)
      return "refused";
    return { key: folded(seen.normalize("NFD")).normalize("NFD") };
  },
};

const DEVICE = /^(con|prn|aux|nul|clock\$|conin\$|conout\$|(com|lpt)[0-9¹²³])$/i;

/** Win32: both slashes, drives and streams lead away, devices live in every folder, ends are dropped, case does not count. */
const WINDOWS: NameRules = {
  entry: (name) => {
    if (/[/\\:]/.test(name)) return "outside";
    const kept = name.replace(/[. ]+$/, "");
    if (kept === "") return name === "" ? "refused" : "outside";
    const stem = (kept.split(".")[0] ?? "").replace(/ +$/, "");
    if (DEVICE.test(stem)) return "outside";
    // biome-ignore lint/suspicious/noControlCharactersInRegex: Win32 refuses exactly these.
    if (/[<>"|?*\u0000-\u001F]/.test(kept) || kept.length > MAX_UNITS) return "refused";
    return { key: folded(kept) };
  },
};

function folded(name: string): string {
  return name.toUpperCase().toLowerCase();
}

export const NAME_RULES: Readonly<Record<string, NameRules>> = {
  POSIX,
  "mac (HFS+, APFS)": MAC,
  "Windows, and drives that travel": WINDOWS,
};
