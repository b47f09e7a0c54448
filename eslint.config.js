import vitest from "@vitest/eslint-plugin";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

/** Only what needs types or counts; formatting and syntax belong to Biome. */
export default tseslint.config(
  {
    ignores: ["node_modules/", "out/", "coverage/", "**/*.d.ts", "**/*.js", "**/*.mjs", "**/*.cjs"],
  },
  {
    files: [
      "main/**/*.ts",
      "shared/**/*.ts",
      "renderer/**/*.{ts,tsx}",
      "host/**/*.ts",
      "tests/**/*.{ts,tsx}",
      "playwright.config.ts",
    ],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ["./tsconfig.lint.json"],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "@typescript-eslint/prefer-readonly": "error",
      // There are no enums, and erasableSyntaxOnly keeps it so: what these look for cannot be written.
      "@typescript-eslint/no-unsafe-enum-assignment": "off",
      "@typescript-eslint/no-unsafe-enum-comparison": "off",
      // Numbers and booleans read well in messages; anything richer needs a formatter.
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "max-lines": ["error", { max: 400, skipBlankLines: true, skipComments: true }],
      complexity: ["error", 12],
      "max-depth": ["error", 3],
      "max-params": ["error", 4],
      "no-restricted-syntax": [
        "error",
        { selector: "ExportDefaultDeclaration", message: "Named exports only." },
        { selector: "TSEnumDeclaration", message: "Use a union of string literals." },
      ],
      "no-restricted-imports": [
        "error",
        {
          paths: [
            {
              name: "electron",
              importNames: ["ipcMain", "ipcRenderer"],
              message: "Use the typed wrapper over shared/ipc/contract.ts.",
            },
          ],
        },
      ],
    },
  },
  {
    files: ["renderer/**/*.{ts,tsx}"],
    ...reactHooks.configs.flat["recommended-latest"],
  },
  {
    // The two ends of the typed table.
    files: ["main/preload/index.ts", "main/app/shell/ipc-border.ts"],
    rules: { "no-restricted-imports": "off" },
  },
  {
    files: ["**/playwright.config.ts", "vitest.config.ts"],
    rules: { "no-restricted-syntax": "off" },
  },
  {
    files: ["**/*.test.{ts,tsx}"],
    plugins: { vitest },
    rules: {
      "vitest/no-focused-tests": "error",
      "vitest/expect-expect": [
        "error",
        { assertFunctionNames: ["expect", "expect*", "fc.assert", "assert*"] },
      ],
      "vitest/no-identical-title": "error",
      "max-lines": ["error", { max: 700, skipBlankLines: true, skipComments: true }],
    },
  },
);
