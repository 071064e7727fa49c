import {
  type EndedExecution,
  type EndStatus,
  type Failure,
  isEnded,
  type JsonValue,
} from '@mcp-server/shared';

/** How a call ended. `status` tells it: `result` is there when it completed, `failure` when it failed. */
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
