/** What is said to another user in this user's name. */
export const messages = {
  askDamaged: "{files} arrived damaged. {name} asks for it again.",
  askMissed:
    "{name} missed your offer of {count, plural, one {# file} other {# files}} and asks for it again.",
  askRest:
    "{name} did not get all of your offer of {count, plural, one {# file} other {# files}} and asks for it again.",
} as const;
