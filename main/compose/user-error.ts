export type UserErrorKind = "usage" | "storage" | "network" | "authentication" | "unknown-user";

/**
 * Why something that the user asked for cannot start: what happened, what it means and the one thing to do next, in
 * words for people. What it means for a process's exit or for a window is its reader's business.
 */
export class UserError extends Error {
  override readonly name = "UserError";
  readonly kind: UserErrorKind;
  readonly action: string;

  constructor(kind: UserErrorKind, message: string, action: string) {
    super(message);
    this.kind = kind;
    this.action = action;
  }
}
