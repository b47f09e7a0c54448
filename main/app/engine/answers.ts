import type {
  FailureCode,
  RequestAnswers,
  RequestArguments,
  RequestFailure,
  RequestName,
} from "../../../shared/ipc/contract.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { type Phrase, said } from "../words/phrase.ts";
import type { Words } from "../words/words.ts";

/** Why a request is not carried out, in no language yet. */
export type Failure = RequestFailure<Phrase>;

type Answer<Name extends RequestName> = Result<RequestAnswers[Name], Failure>;

/** How each request is answered. */
export type Handlers = {
  readonly [Name in RequestName]: (
    args: RequestArguments<Name>,
  ) => Answer<Name> | Promise<Answer<Name>>;
};

/** The answer of requests that have none. */
export const DONE: Result<null, never> = ok(null);

export function failure(
  code: FailureCode,
  message: Phrase,
  action?: Phrase,
): Result<never, Failure> {
  return err({ code, message, ...(action === undefined ? {} : { action }) });
}

export function gone(what: Gone): Result<never, Failure> {
  return failure("gone", said(`failures.gone.${what}`));
}

export function noFolder(folder: string): Result<never, Failure> {
  return failure("folder", said("failures.noFolder", { folder }), said("actions.chooseFolder"));
}

/** A fault of this program. */
export const INTERNAL = failure("internal", said("failures.internal"), said("actions.tryAgain"));

type Gone = "offer" | "transfer" | "file" | "person" | "message";

/** An answer as a window gets it. */
export function worded<T>(result: Result<T, Failure>, words: Words): Result<T, RequestFailure> {
  return result.ok ? result : err(wordedFailure(result.error, words));
}

/** A failure as a window is told of it. */
export function wordedFailure({ code, message, action }: Failure, words: Words): RequestFailure {
  return {
    ...{ code, message: words.say(message) },
    ...(action === undefined ? {} : { action: words.say(action) }),
  };
}
