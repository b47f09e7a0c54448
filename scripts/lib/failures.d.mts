/** Of Vitest's JSON report. */
export interface UnitReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** Of Playwright's JSON report. */
export interface WindowReport {
  readonly errors: readonly { readonly message?: string }[];
  readonly suites: readonly WindowSuite[];
}

export interface WindowSuite {
  readonly title: string;
  readonly suites?: readonly WindowSuite[];
  readonly specs: readonly {
    readonly title: string;
    readonly ok: boolean;
    readonly tests: readonly {
      readonly results: readonly { readonly errors: readonly { readonly message?: string }[] }[];
    }[];
  }[];
}

export function failedOfVitest(report: UnitReport): readonly string[];
export function failedOfPlaywright(report: WindowReport): readonly string[];
