import { withTimeout } from '@mcp-server/shared';

/** A response within this time keeps its own status and shape. */
const STREAM_AFTER_MS = 5_000;
const KEEP_ALIVE_MS = 10_000;

const STREAM_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
};

/**
 * Returns the response as it is if it comes soon. Later it becomes an event stream that carries comments until then, so
 * that no proxy mistakes a waiting call for a dead one.
 */
export async function respondInTime(answering: Promise<Response>): Promise<Response> {
  const soon = await withTimeout(answering, STREAM_AFTER_MS);
  return soon ?? new Response(streamWhileWaiting(answering), { headers: STREAM_HEADERS });
}

function streamWhileWaiting(answering: Promise<Response>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let comments: NodeJS.Timeout | undefined;
  let rest: ReadableStreamDefaultReader<Uint8Array> | undefined;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const say = (text: string) => controller.enqueue(encoder.encode(text));
      say(': waiting\n\n');
      comments = setInterval(() => say(': waiting\n\n'), KEEP_ALIVE_MS);
    },
    async pull(controller) {
      const response = await answering;
      clearInterval(comments);
      if (isStream(response) && response.body) {
        rest ??= response.body.getReader();
        const { done, value } = await rest.read();
        if (done) controller.close();
        else controller.enqueue(value);
        return;
      }
      controller.enqueue(encoder.encode(`event: message\ndata: ${await response.text()}\n\n`));
      controller.close();
    },
    async cancel(reason) {
      clearInterval(comments);
      await rest?.cancel(reason);
    },
  });
}

const isStream = ({ headers }: Response): boolean =>
  headers.get('content-type')?.startsWith('text/event-stream') === true;
