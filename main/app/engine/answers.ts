import type {
  FailureCode,
  RequestArguments,
  RequestFailure,
  RequestName,
  RequestResult,
} from "../../../shared/ipc/contract.ts";
import { err, ok, type Result } from "../../base/result.ts";

/** How each request is answered. */
export type Handlers = {
  readonly [Name in RequestName]: (
    args: RequestArguments<Name>,
  ) => RequestResult<Name> | Promise<RequestResult<Name>>;
};

/** The answer of requests that have none. */
export const DONE: Result<null, never> = ok(null);

export function failure(
  code: FailureCode,
  message: string,
  action?: string,
): Result<never, RequestFailure> {
  return err({ code, message, ...(action === undefined ? {} : { action }) });
}

export function gone(what: string): Result<never, RequestFailure> {
  return failure("gone", `${what} is not there any more.`);
}
