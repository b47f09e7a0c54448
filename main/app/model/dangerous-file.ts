/** Endings that some system runs, installs or acts upon when the file is opened. Lower case, without the dot. */
const ENDINGS: ReadonlySet<string> = new Set(
  [
    // Windows: programs, scripts, shortcuts, installers, and files that change the system.
    "exe com scr pif bat cmd msi msp mst msix msixbundle appx appxbundle appinstaller application",
    "cpl dll ocx sys drv gadget hta inf ins isp jse js vb vbe vbs wsc wsf wsh ws sct shb shs lnk url scf",
    "ps1 ps1xml ps2 ps2xml psc1 psc2 psd1 psm1 reg rgs theme themepack diagcab settingcontent-ms",
    "library-ms search-ms searchconnector-ms website xbap xll wll ppa ppam chm hlp msc job mui cab iso img vhd vhdx",
    // macOS.
    "app command tool workflow action scpt scptd applescript osax pkg mpkg dmg terminal inetloc fileloc webloc",
    // Linux and Unix.
    "sh bash zsh csh ksh fish run bin elf so appimage deb rpm snap flatpak flatpakref desktop service out",
    // Programs of languages, where their runtime is there.
    "jar jnlp class py pyc pyo pyw pyz pyzw rb pl pm php lua tcl swf air mjs cjs wasm apk ipa xap",
    // Documents that carry macros.
    "docm dotm xlsm xlsb xltm xlam pptm potm ppsm sldm ade adp mdb accdb accde mde mda mdz mam maq mar mas mat mau mav maw",
    "odb slk iqy oqy rqy dqy xla wiz onepkg one",
  ].flatMap((line) => line.split(" ")),
);

const TYPES: ReadonlySet<string> = new Set([
  "application/x-msdownload",
  "application/x-msdos-program",
  "application/x-executable",
  "application/x-elf",
  "application/x-mach-binary",
  "application/x-sharedlib",
  "application/x-sh",
  "application/x-shellscript",
  "application/x-csh",
  "application/x-desktop",
  "application/x-ms-shortcut",
  "application/x-bat",
  "application/x-msi",
  "application/hta",
  "application/java-archive",
  "application/x-java-archive",
  "application/x-java-jnlp-file",
  "application/vnd.microsoft.portable-executable",
  "application/vnd.android.package-archive",
  "application/vnd.debian.binary-package",
  "application/javascript",
  "text/javascript",
  "text/x-python",
  "text/x-shellscript",
]);

/** Characters that show nothing, or turn what is shown, and signs that stand for the ending's dot. */
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\p{Cc}\uFFFD]/gu;
const DOT_LIKE = /[\u2024\uFE52\uFF0E\u3002]/gu;
/** A class id as ending: Windows opens the file with that program. */
const CLASS_ID = /\.\{[0-9a-f-]{30,}\}$/iu;

/**
 * Whether a file may run programs when it is opened, by its name and its offered type. Where the two disagree the worse
 * one counts, and so does every way in which a system or a reader may read the name.
 */
export function isDangerousFile(name: string, type: string): boolean {
  const bare = type.split(";", 1)[0] ?? "";
  return TYPES.has(bare.trim().toLowerCase()) || readings(name).some(isDangerousName);
}

/** As it stands, and as it is after what a system drops or a reader does not see. */
function readings(name: string): readonly string[] {
  const plain = name.normalize("NFKC").replace(DOT_LIKE, ".").replace(UNSEEN, "");
  return [name, plain];
}

/** Without dots and blanks at the end, in time linear in them. */
function withoutEnd(name: string): string {
  let end = name.length;
  while (end > 0 && /[\s.]/u.test(name.charAt(end - 1))) end -= 1;
  return name.slice(0, end);
}

function isDangerousName(name: string): boolean {
  // Windows drops dots and blanks at the end; an alternate stream's name is no ending.
  const trimmed = withoutEnd(name).replace(/:.*$/u, "");
  if (CLASS_ID.test(trimmed)) return true;
  const dot = trimmed.lastIndexOf(".");
  return (
    dot >= 0 &&
    ENDINGS.has(
      trimmed
        .slice(dot + 1)
        .trim()
        .toLowerCase(),
    )
  );
}
