import { errors, type Outcome, type InputRecord, type JsonValue } from '@mcp-server/shared';
import {
  type ClientCapabilities,
  type InputRequiredResult,
  MissingRequiredClientCapabilityError,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
} from '@modelcontextprotocol/server';

import { cancelOwnExecution } from '../services/executions/cancel-execution.ts';
import type { AwaitedSubmission } from '../services/executions/execute-and-wait.ts';
import { provideOwnInput } from '../services/executions/provide-input.ts';
import { canAnswer, capabilitiesOf, requiredFor } from './capabilities.ts';
import type { McpContext } from './exchange.ts';
import { findOwnMcpTask } from './find-mcp-task.ts';
import { openQuestions, presentQuestions } from './mcp-task.ts';
import { RoundState } from './round-state.ts';

/** The action that a call runs. */
export interface Target {
  plugin: string;
  action: string;
}

/** The round that a request continues; undefined for a first one. Signature and user were already checked. */
export function readRound({ mcpReq }: ServerContext): RoundState | undefined {
  const state = mcpReq.requestState();
  return state === undefined ? undefined : RoundState.parse(state);
}

/** Answers in this request, to questions of its round or ahead of any question. */
export const answersOf = ({ mcpReq }: ServerContext): Record<string, JsonValue> =>
  (mcpReq.inputResponses ?? {}) as Record<string, JsonValue>;

/**
 * Stores answers to open questions. Late and repeated answers change nothing and are not an error.
 * @throws {errors.InvalidAnswer}
 */
export async function storeAnswers(
  { deps, principal }: Pick<McpContext, 'deps' | 'principal'>,
  id: string,
  answers: Record<string, JsonValue>,
): Promise<void> {
  if (Object.keys(answers).length === 0) return;
  try {
    await provideOwnInput(deps, principal, { id, answers });
  } catch (error) {
    if (!(error instanceof errors.NotWaitingForInput)) throw error;
  }
}

/** Continues a call: stores the answers of its round. @throws {ProtocolError} for the state of another call */
export async function continueCall(
  mcp: McpContext,
  ctx: ServerContext,
  { plugin, action }: Target,
  { executionId, keys }: RoundState,
): Promise<AwaitedSubmission> {
  const execution = await findOwnMcpTask(mcp, executionId);
  if (execution.plugin !== plugin || execution.action !== action)
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'This requestState belongs to another call.');
  const roundAnswers = Object.entries(answersOf(ctx)).filter(([key]) => keys.includes(key));
  await storeAnswers(mcp, executionId, Object.fromEntries(roundAnswers));
  const waiter = mcp.deps.waiters.register(executionId, 'outcome');
  try {
    const execution = await findOwnMcpTask(mcp, executionId);
    return { submitted: { execution, isRepeat: false, isEnqueued: true }, waiter };
  } catch (error) {
    waiter.dispose();
    throw error;
  }
}

/**
 * Presents the open questions that this client can answer. If it can answer none of them, the execution is cancelled.
 * @throws {MissingRequiredClientCapabilityError}
 */
export async function askClient(
  mcp: McpContext,
  ctx: ServerContext,
  asking: Pick<Outcome, '_id' | 'inputs'>,
): Promise<InputRequiredResult> {
  const capabilities = capabilitiesOf(mcp, ctx);
  const open = openQuestions(asking);
  const answerable = open.filter((question) => canAnswer(capabilities, question));
  if (answerable.length === 0) {
    await cancelOwnExecution(mcp.deps, mcp.principal, asking._id);
    throw new MissingRequiredClientCapabilityError({ requiredCapabilities: neededForAll(open) });
  }
  const state = { executionId: asking._id, keys: answerable.map(({ key }) => key) };
  return {
    resultType: 'input_required',
    inputRequests: presentQuestions(answerable) as NonNullable<InputRequiredResult['inputRequests']>,
    requestState: await mcp.rounds.mint(state, ctx),
  };
}

const neededForAll = (questions: InputRecord[]): ClientCapabilities =>
  Object.assign({}, ...questions.map(requiredFor)) as ClientCapabilities;
