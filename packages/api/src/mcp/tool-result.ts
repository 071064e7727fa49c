import { type ContentBlock, type EndedExecution, type Failure, type JsonValue } from '@mcp-server/shared';
import type { CallToolResult } from '@modelcontextprotocol/server';

import { PROBLEM_META } from './names.ts';

/** Tool result of an error: models read the text, programs the problem. */
export const toolError = (text: string, problem: Record<string, unknown>): CallToolResult => ({
  content: [{ type: 'text', text }],
  isError: true,
  _meta: { [PROBLEM_META]: problem },
});

/** For a record whose failure cannot be read. */
const UNREADABLE_FAILURE: Failure = {
  kind: 'error',
  message: 'The call failed; its failure cannot be read.',
};

/** Presents the end of a call. `structuredContent` is the result if it is an object; `content` is always present. */
export function presentEnd({ _id, status, result, content, failure }: EndedExecution): CallToolResult {
  if (status === 'completed') return presentSuccess(result, content);
  if (status === 'cancelled')
    return toolError('The call was cancelled.', { kind: 'cancelled', executionId: _id });
  if (status === 'failed') return presentFailure(_id, failure ?? UNREADABLE_FAILURE);
  throw new Error(`execution ${_id} has not ended`);
}

function presentSuccess(result = 'null', content: string | undefined): CallToolResult {
  const value = JSON.parse(result) as JsonValue;
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return {
    content:
      content === undefined
        ? [{ type: 'text', text: typeof value === 'string' ? value : result }]
        : (JSON.parse(content) as ContentBlock[]),
    ...(isObject ? { structuredContent: value } : {}),
  };
}

function presentFailure(executionId: string, { kind, message, code }: Failure): CallToolResult {
  const text = kind === 'error' ? message : `${kind}: ${message}`;
  return toolError(text, { kind, ...(code === undefined ? {} : { code }), executionId });
}
