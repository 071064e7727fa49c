/** A person's answer that accepts a form, for `answers` of `runAction`. */
export const accept = (content: Record<string, unknown>) => ({ action: 'accept' as const, content });

/** A person's answer that refuses a form. */
export const decline = () => ({ action: 'decline' as const });
