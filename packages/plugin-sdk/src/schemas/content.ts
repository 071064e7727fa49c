import { z } from 'zod';

const MimeType = z.string().min(1).max(200);
const Base64 = z.base64();

const Contents = z.union([
  z.strictObject({ uri: z.string().max(2_000), mimeType: MimeType.optional(), text: z.string() }),
  z.strictObject({ uri: z.string().max(2_000), mimeType: MimeType.optional(), blob: Base64 }),
]);

/** One block of a tool's content, in the protocol's shape. */
export const ContentBlock = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), text: z.string() }),
  z.strictObject({ type: z.literal('image'), data: Base64, mimeType: MimeType }),
  z.strictObject({ type: z.literal('audio'), data: Base64, mimeType: MimeType }),
  z.strictObject({ type: z.literal('resource'), resource: Contents }),
  z.strictObject({
    type: z.literal('resource_link'),
    uri: z.string().max(2_000),
    name: z.string().max(200),
    title: z.string().max(200).optional(),
    description: z.string().max(5_000).optional(),
    mimeType: MimeType.optional(),
  }),
]);
export type ContentBlock = z.infer<typeof ContentBlock>;

/** Result of reading a resource. */
export const ResourceContents = z.array(Contents);
export type ResourceContents = z.infer<typeof ResourceContents>;

/** Result of getting a prompt. */
export const PromptMessages = z.array(
  z.strictObject({ role: z.enum(['user', 'assistant']), content: ContentBlock }),
);
export type PromptMessages = z.infer<typeof PromptMessages>;
