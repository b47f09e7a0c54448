/** Assertions that each file of the suite makes. A file that makes fewer has skipped something, one with more is new. */
export const EXPECTED = {
  unit: 52,
  uas: 8,
  uac: 19,
  b2b: 19,
  "reinvite-tests": 1,
  refer: 1,
  utils: 27,
  proxy: 2,
};

/** Assertions in TAP, the lines of a `test` themselves not counted. */
export function readTap(text) {
  const lines = text.split("\n");
  const failures = lines.filter((line) => /^not ok \d+/.test(line));
  const passed = lines.filter((line) => /^ok \d+/.test(line)).length;
  return { passed, failures };
}

/** Mocha's own report in JSON. */
export function readMocha(text) {
  const start = text.indexOf("{\n");
  const { stats, failures } = JSON.parse(text.slice(Math.max(0, start)));
  return {
    passed: stats.passes,
    failures: failures.map(({ fullTitle, err }) => `${fullTitle}: ${err.message}`),
  };
}

/**
 * What a file's result is worth.
 * @returns counts, and in words what is wrong
 */
export function judge(name, { passed, failures }, { code, isTimeout }) {
  const expected = EXPECTED[name];
  const problems = [...failures];
  const missing = Math.max(0, expected - passed - failures.length);
  if (missing > 0) problems.push(`${missing} of ${expected} assertions never ran`);
  const surplus = passed + failures.length - expected;
  if (surplus > 0) problems.push(`${surplus} assertions more than the ${expected} that are known`);
  const isCounted = failures.length + missing > 0;
  if (isTimeout) problems.push("it did not end in time");
  else if (code !== 0 && failures.length === 0) problems.push(`it ended with ${code}`);
  const failed = isCounted ? failures.length + missing : Math.min(1, problems.length);
  return { name, passed, failed, problems };
}
