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
  const start = text.slice(0, maxLength * 2 + CUT_MARGIN);
  const known = secrets?.mask(start) ?? start;
  const masked = CREDENTIAL_RULES.reduce((masking, [pattern, mask]) => masking.replace(pattern, mask), known);
  const whole = start.length < text.length ? masked.slice(0, -CUT_MARGIN) : masked;
  return whole.length > maxLength ? `${whole.slice(0, maxLength - 1)}…` : whole;
}
