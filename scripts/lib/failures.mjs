/** What failed, from the runners' reports: one line each, `where › what: why`, for the end of a long run. */

import { stripVTControlCharacters } from "node:util";

const MAX_LINE = 300;

function line(where, what, why = "") {
  const first = stripVTControlCharacters(why).trim().split("\n", 1)[0];
  const text = [...where, what].join(" › ");
  return `${text}: ${first}`.slice(0, MAX_LINE);
}

/** @param report Vitest's JSON report */
export function failedOfVitest({ testResults }) {
  return testResults
    .filter(({ status }) => status === "failed")
    .flatMap(({ name, message, assertionResults }) => {
      const failed = assertionResults.filter(({ status }) => status === "failed");
      // A file that does not load has no test.
      if (failed.length === 0) return [line([], name, message)];
      return failed.map(({ fullName, failureMessages }) =>
        line([name], fullName, failureMessages[0]),
      );
    });
}

/** @param report Playwright's JSON report */
export function failedOfPlaywright({ suites, errors }) {
  return [...errors.map(({ message }) => line([], "tests/e2e", message)), ...inSuites(suites, [])];
}

function inSuites(suites, above) {
  return suites.flatMap(({ title, specs, suites: inner = [] }) => {
    const where = [...above, title];
    const failed = specs.filter(({ ok }) => !ok);
    return [
      ...failed.map((spec) => line(where, spec.title, whyOf(spec))),
      ...inSuites(inner, where),
    ];
  });
}

function whyOf({ tests }) {
  const results = tests.flatMap((test) => test.results);
  return results.flatMap(({ errors }) => errors).at(0)?.message;
}
