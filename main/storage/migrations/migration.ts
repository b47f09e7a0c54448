/** One step of the database's form. A released step never changes; a new one is added. */
export interface Migration {
  /** 1, 2, 3 …: the `user_version` that the database has afterwards. */
  readonly version: number;
  readonly sql: string;
}
