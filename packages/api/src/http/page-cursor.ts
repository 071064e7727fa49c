import { ObjectIdText, type PagePosition } from '@mcp-server/shared';
import { z } from 'zod';

import { LAST_ID } from '../services/page.ts';

/** Writes the start of the next page as an opaque text. */
export const writeCursor = ({ createdAt, id }: PagePosition): string =>
  Buffer.from(`${createdAt.getTime()}.${id}`).toString('base64url');

const SHAPE = /^(?<time>\d{1,15})\.(?<id>[0-9a-f-]{1,40})$/;

/** Reads a cursor from the query. Cursors of other lists are refused by the shape of their id. */
const readCursor = (Id: z.ZodType<string>) =>
  z
    .string()
    .max(100)
    .transform((text, context): PagePosition => {
      const { time, id } = SHAPE.exec(Buffer.from(text, 'base64url').toString())?.groups ?? {};
      const position = { createdAt: new Date(Number(time)), id: id ?? '' };
      if (time !== undefined && Id.safeParse(id).success) return position;
      context.addIssue({ code: 'custom', message: 'is not a cursor of this list' });
      return z.NEVER;
    });

/** Cursor of lists whose ids are ObjectIds. */
export const PageCursor = readCursor(ObjectIdText);
export const ExecutionCursor = readCursor(z.uuid().or(z.enum(LAST_ID)));
