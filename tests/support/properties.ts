import fc from "fast-check";

// The same cases in every run of the tests, so that a run that fails can be repeated and one that passes means the same
// everywhere. Others are tried by `npm run fuzz`, or with CPM_PROPERTY_SEED in the environment.
const given = process.env["CPM_PROPERTY_SEED"];
fc.configureGlobal({ seed: given === undefined ? 1 : Number.parseInt(given, 10) });

export { fc };
