import { onDemand } from 'bson';

import { CommandError } from './command-error.ts';

const TYPE = { double: 1, string: 2, document: 3, array: 4, bool: 8, int32: 16, int64: 18 } as const;

interface Field {
  readonly type: number;
  readonly offset: number;
  readonly length: number;
}

/** BSON command whose top-level fields are read one by one; the rest, maybe megabytes of documents, stays encoded. */
export class CommandDocument {
  readonly bytes: Buffer;
  /** Name of the command: that of its first field. */
  readonly name: string;
  readonly #fields = new Map<string, Field>();

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    for (const [type, nameOffset, nameLength, offset, length] of onDemand.parseToElements(bytes)) {
      const name = bytes.toString('utf8', nameOffset, nameOffset + nameLength);
      this.#fields.set(name, { type, offset, length });
    }
    this.name = this.#fields.keys().next().value ?? '';
  }

  get database(): string {
    return this.requiredString('$db');
  }

  /** Value of the first field, which names a collection in most commands. */
  get collection(): string {
    return this.requiredString(this.name);
  }

  string(name: string): string | undefined {
    const field = this.#fields.get(name);
    if (field?.type !== TYPE.string) return undefined;
    // A BSON string carries its length in front and a NUL at its end.
    return this.bytes.toString('utf8', field.offset + 4, field.offset + field.length - 1);
  }

  requiredString(name: string): string {
    const value = this.string(name);
    if (value === undefined) {
      throw new CommandError('TypeMismatch', `BSON field '${this.name}.${name}' is missing or not a string`);
    }
    return value;
  }

  int64(name: string): bigint | undefined {
    const field = this.#fields.get(name);
    if (field === undefined) return undefined;
    if (field.type === TYPE.int64) return this.bytes.readBigInt64LE(field.offset);
    if (field.type === TYPE.int32) return BigInt(this.bytes.readInt32LE(field.offset));
    if (field.type === TYPE.double) return BigInt(Math.trunc(this.bytes.readDoubleLE(field.offset)));
    return undefined;
  }

  /** 64-bit integers of an array field; empty if the field is missing. */
  int64List(name: string): bigint[] {
    const array = this.document(name);
    if (array === undefined) return [];
    const list = new CommandDocument(array);
    return [...list.#fields.keys()].flatMap((key) => list.int64(key) ?? []);
  }

  /** Raw bytes of an embedded document or array. */
  document(name: string): Buffer | undefined {
    const field = this.#fields.get(name);
    if (field?.type !== TYPE.document && field?.type !== TYPE.array) return undefined;
    return this.bytes.subarray(field.offset, field.offset + field.length);
  }

  /** Sizes in bytes of the documents in an array field. */
  documentSizes(name: string): number[] {
    const array = this.document(name);
    return array === undefined
      ? []
      : [...new CommandDocument(array).#fields.values()].map(({ length }) => length);
  }

  boolean(name: string): boolean {
    const field = this.#fields.get(name);
    return field?.type === TYPE.bool && this.bytes[field.offset] === 1;
  }
}
