/** A statement, prepared once per session under its name (PostgreSQL cuts names at 63 bytes). */
export interface Statement {
  readonly name: string;
  readonly text: string;
  /** A procedure that commits as it goes: after a failure halfway it must not be rerun. */
  readonly commitsInParts?: boolean;
}

export type SqlValue = Buffer | string | number | boolean | null;
