import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';

import { errors, type Logger } from '@mcp-server/shared';

import { toProblem } from './problem.ts';

/** Errors of Node's HTTP parser; any other one means that the bytes are not HTTP. */
const BY_CODE: Record<string, () => Error & { statusCode?: number | undefined }> = {
  ERR_HTTP_REQUEST_TIMEOUT: () => new errors.RequestTimeout(),
  HPE_HEADER_OVERFLOW: () => new errors.HeadersTooLarge(),
};

/** Builds the handler that answers what is not a readable HTTP request: with a problem document, like every error. */
export const buildClientErrorHandler =
  (logger: Logger) =>
  (error: NodeJS.ErrnoException, socket: Socket): void => {
    // After a reset no answer would arrive.
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    logger.debug({ err: error }, 'request not readable');
    const refusal = BY_CODE[error.code ?? '']?.() ?? new errors.InvalidRequest();
    socket.end(toResponse(refusal as Parameters<typeof toProblem>[0]), () => socket.destroy());
  };

function toResponse(refusal: Parameters<typeof toProblem>[0]): string {
  const body = JSON.stringify(toProblem(refusal, randomUUID()));
  const { statusCode } = refusal;
  const lines = [
    `HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode]}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'Connection: close',
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}
