import {
  type EndedExecution,
  type EndStatus,
  type Failure,
  isEnded,
  type JsonValue,
} from '@mcp-server/shared';

/** End of a call: `result` is present if it completed, `failure` if it failed. */
export interface CallEnd {
  executionId: string;
  status: EndStatus;
  result?: JsonValue;
  failure?: Failure;
}

export function presentCall({ _id, status, result, failure }: EndedExecution): CallEnd {
  if (!isEnded(status)) throw new Error(`execution ${_id} has not ended`);
  return {
    executionId: _id,
    status,
    ...(result === undefined ? {} : { result: JSON.parse(result) as JsonValue }),
    ...(failure ? { failure } : {}),
  };
}
