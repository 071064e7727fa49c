import { CREDENTIAL_RULES } from './credential-rules.ts';
import type { KnownSecrets } from './known-secrets.ts';

/** Longest text that is stored for an error. */
const MAX_LENGTH = 2_000;
/** A secret that the first cut divides would not be recognised, so this much of the end of a cut text is dropped. */
const CUT_MARGIN = 1_024;

export interface SafeTextOptions {
  /** Characters; default 2,000. */
  maxLength?: number;
  /** Values to mask besides what looks like a credential. */
  secrets?: KnownSecrets | undefined;
}

/** Makes a plugin's text safe to store and to show: masks secrets and bounds the length in characters. Takes linear time. */
export function safeText(text: string, { maxLength = MAX_LENGTH, secrets }: SafeTextOptions = {}): string {
  const reach = maxLength * 2 + CUT_MARGIN;
  // Known values can be longer than the margin, so they are masked before the cut.
  const read = text.slice(0, reach + (secrets?.maxLength ?? 0));
  const all = secrets?.mask(read) ?? read;
  const known = all.slice(0, reach);
  const masked = CREDENTIAL_RULES.reduce((masking, [pattern, mask]) => masking.replace(pattern, mask), known);
  const whole =
    known.length < all.length || read.length < text.length ? masked.slice(0, -CUT_MARGIN) : masked;
  return whole.length > maxLength ? `${whole.slice(0, maxLength - 1)}…` : whole;
}
