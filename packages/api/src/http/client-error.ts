import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';

import { errors } from '@mcp-server/shared';
import type { FastifyInstance } from 'fastify';

import { toProblem } from './problem.ts';

/** Errors of Node's HTTP parser; any other one means that the bytes are not HTTP. */
const BY_CODE: Record<string, () => Error & { statusCode?: number | undefined }> = {
  ERR_HTTP_REQUEST_TIMEOUT: () => new errors.RequestTimeout(),
  HPE_HEADER_OVERFLOW: () => new errors.HeadersTooLarge(),
};

/** Answers what is not a readable HTTP request, with a problem document as for every other error. */
export function answerClientError(this: FastifyInstance, error: NodeJS.ErrnoException, socket: Socket): void {
  // After a reset no answer would arrive.
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const refusal = (BY_CODE[error.code ?? '']?.() ?? new errors.InvalidRequest()) as Parameters<
    typeof toProblem
  >[0];
  this.log.debug({ err: error }, 'request not readable');
  const body = JSON.stringify(toProblem(refusal, randomUUID()));
  const { statusCode } = refusal;
  const lines = [
    `HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode]}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'Connection: close',
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
