import { randomBytes } from 'node:crypto';

const token = (): string => randomBytes(6).toString('hex');

/** Characters that a URL must encode, and a header and JSON too. */
const SEPARATORS = ['@', ':', '/', '?', '#', '%', '"', ' '];

/** A password that no output may contain, not even in part: random tokens between characters that need encoding. */
export class Marker {
  readonly #tokens = [...SEPARATORS, ''].map(token);
  readonly password = this.#tokens.map((text, index) => `${text}${SEPARATORS[index] ?? ''}`).join('');
  /** The password as a part of a URL. */
  readonly encoded = encodeURIComponent(this.password);

  /** The first form of the password or of a part of it that a text contains; undefined if it contains none. */
  findIn(text: string): string | undefined {
    const lower = text.toLowerCase();
    return this.#forms().find((form) => text.includes(form) || lower.includes(form.toLowerCase()));
  }

  #forms(): string[] {
    const plain = [this.password, this.encoded, ...this.#tokens];
    return [
      ...plain,
      ...plain.flatMap(base64Forms),
      ...plain.map((text) => Buffer.from(text).toString('hex')),
    ];
  }
}

/** The characters of a text's base64 that do not depend on what surrounds it, for the three ways in which it can be aligned. */
function base64Forms(text: string): string[] {
  return [0, 1, 2].map((shift) => {
    const encoded = Buffer.from(' '.repeat(shift) + text)
      .toString('base64')
      .replaceAll('=', '');
    return encoded.slice(shift === 0 ? 0 : shift + 1, -2);
  });
}
