/** Of this program, as `--version` and the User-Agent header tell it; a test holds it equal to package.json. */
export const VERSION = "0.1.0";
