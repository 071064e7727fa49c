/** Shorter values would be found in texts that have nothing to do with them. */
const MIN_LENGTH = 8;
export const MASK = '[redacted]';

/** Values that must not appear in any text, such as secret settings of plugins. Masks them in the forms in which they travel. */
export class KnownSecrets {
  /** Longest first, so that a form is masked before its own parts. */
  #forms: string[] = [];

  /** A copy that can learn more values without changing this one. */
  fork(): KnownSecrets {
    const fork = new KnownSecrets();
    fork.#forms = this.#forms;
    return fork;
  }

  /** Length of the longest form. */
  get maxLength(): number {
    return this.#forms[0]?.length ?? 0;
  }

  /** Adds a value; those of fewer than 8 characters are ignored. */
  add(value: string): void {
    const forms = new Set(this.#forms);
    for (const text of [value, value.trim()])
      if (text.length >= MIN_LENGTH) for (const form of formsOf(text)) forms.add(form);
    this.#forms = [...forms].sort((one, other) => other.length - one.length);
  }

  /** Replaces each known value; takes time in proportion to the text. */
  mask(text: string): string {
    let masked = text;
    for (const form of this.#forms) if (masked.includes(form)) masked = masked.replaceAll(form, MASK);
    return masked;
  }

  /** Masks a line of JSON as it is written; a value of digits alone stays, because it may be a number or a part of one. */
  maskJsonLine(line: string): string {
    let masked = line;
    for (const form of this.#forms)
      if (masked.includes(form) && !/^\d+$/.test(form)) masked = masked.replaceAll(form, MASK);
    return masked;
  }

  /** Masks the texts and names in JSON text; numbers stay, so that the text remains JSON. */
  maskJson(json: string): string {
    return this.#forms.some((form) => json.includes(form))
      ? JSON.stringify(this.#maskValue(JSON.parse(json)))
      : json;
  }

  #maskValue(value: unknown): unknown {
    if (typeof value === 'string') return this.mask(value);
    if (Array.isArray(value)) return value.map((item) => this.#maskValue(item));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [this.mask(name), this.#maskValue(item)]),
    );
  }
}

/** The value as it is, as a part of JSON, of a URL, of a form, and of base64. */
function formsOf(value: string): string[] {
  const forms = [value, JSON.stringify(value).slice(1, -1)];
  if (value.isWellFormed()) {
    const inUrl = [
      encodeURIComponent(value),
      encodeURI(value),
      new URLSearchParams([['', value]]).toString().slice(1),
    ];
    forms.push(
      ...inUrl,
      ...inUrl.map((form) => form.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())),
    );
  }
  const base64 = [0, 1, 2].map((offset) => base64At(value, offset));
  forms.push(...base64, ...base64.map((form) => form.replaceAll('+', '-').replaceAll('/', '_')));
  return forms.filter((form) => form.length >= MIN_LENGTH);
}

/** The digits of base64 that the value alone decides when `offset` bytes stand before it, as in `user:password`. */
function base64At(value: string, offset: number): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(value)]);
  return bytes.toString('base64').slice(Math.ceil((offset * 8) / 6), Math.floor((bytes.length * 8) / 6));
}
