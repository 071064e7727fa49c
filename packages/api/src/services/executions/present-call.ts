import {
  type EndedExecution,
  type EndStatus,
  type Failure,
  isEnded,
  type JsonValue,
} from '@mcp-server/shared';

/** End of a call: `result` is present if it completed, `cached` if it did not run, `failure` if it failed. */
export interface CallEnd {
  executionId: string;
  status: EndStatus;
  cached?: true;
  result?: JsonValue;
  failure?: Failure;
}

export function presentCall({ _id, status, result, failure, isCached }: EndedExecution): CallEnd {
  if (!isEnded(status)) throw new Error(`execution ${_id} has not ended`);
  return {
    executionId: _id,
    status,
    ...(isCached ? { cached: true } : {}),
    ...(result === undefined ? {} : { result: JSON.parse(result) as JsonValue }),
    ...(failure ? { failure } : {}),
  };
}
