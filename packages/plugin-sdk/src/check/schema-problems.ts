import { z } from 'zod';

import { textOf } from '../attempt/thrown.ts';
import { reduceSchema } from '../schemas/reduce-schema.ts';

/** Advice for types that JSON Schema does not have, by zod's name of the type. */
const INSTEAD: Readonly<Record<string, string>> = {
  date: 'use z.iso.datetime() or z.iso.date()',
  void: 'use z.null() or z.object({})',
  undefined: 'use z.null() or .optional()',
  transform: 'convert the value in run, or describe the result with .pipe(schema)',
  bigint: 'use z.int() or z.string()',
  map: 'use z.record()',
  set: 'use z.array()',
  nan: 'use z.number()',
};

/** Direction of a schema: the input is described before parsing, the output after it. */
export type SchemaIo = 'input' | 'output';

/** The JSON Schema form of a zod schema as JSON text. @throws {Error} if it has none. */
export const toSchemaText = (schema: z.ZodType, io: SchemaIo): string =>
  JSON.stringify(z.toJSONSchema(schema, { io }));

/** Lists what keeps a schema from being published: fields that JSON Schema cannot express, and broken limits. */
export function findSchemaProblems(schema: z.ZodType, io: SchemaIo): string[] {
  let text: string;
  try {
    text = toSchemaText(schema, io);
  } catch (error) {
    const problems = findUnrepresentable(schema, io);
    return problems.length > 0 ? problems : [`${io}: ${messageOf(error)}`];
  }
  try {
    reduceSchema(text);
    return [];
  } catch (error) {
    return [`${io}: its JSON Schema breaks a limit: ${messageOf(error)}`];
  }
}

function findUnrepresentable(schema: z.ZodType, io: SchemaIo): string[] {
  const problems: string[] = [];
  try {
    z.toJSONSchema(schema, {
      io,
      unrepresentable({ zodSchema, path, message }) {
        const { type } = zodSchema._zod.def;
        const instead = INSTEAD[type];
        const place = pointerOf(path);
        problems.push(
          `${io}${place === '' ? '' : ` ${place}`}: ${message}${instead === undefined ? '' : `; ${instead}`}`,
        );
        return 'any';
      },
    });
  } catch {
    // The first conversion has the reason.
  }
  return problems;
}

/** Pointer to a field in the data, from a path in the schema: without the keywords that lead there. */
function pointerOf(path: readonly PropertyKey[]): string {
  const isKeyword = (index: number): boolean =>
    path[index] === 'properties' && (index === 0 || !isKeyword(index - 1));
  return path
    .filter((_, index) => !isKeyword(index))
    .map((part) => `/${String(part)}`)
    .join('');
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : textOf(error));
