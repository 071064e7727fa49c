import { serialize, type Document } from 'bson';

import { CommandDocument } from '../command-document.ts';
import { CommandError } from '../command-error.ts';
import type { CommandHandlers, CommandRequest, GatewayParts } from '../command.ts';
import type { Statement } from '../statement.ts';

/** Planner functions of the engine by MongoDB command. */
const PLANNERS: Readonly<Record<string, string>> = {
  find: 'bson_aggregation_find',
  aggregate: 'bson_aggregation_pipeline',
  count: 'bson_aggregation_count',
  distinct: 'bson_aggregation_distinct',
};

/** MongoDB's names of PostgreSQL's plan nodes; other nodes are left out. */
const STAGES: Readonly<Record<string, string>> = {
  Sort: 'SORT',
  'Incremental Sort': 'SORT',
  Limit: 'LIMIT',
  Aggregate: 'GROUP',
  'Seq Scan': 'COLLSCAN',
  'Bitmap Heap Scan': 'FETCH',
  'Bitmap Index Scan': 'IXSCAN',
  'Index Scan': 'IXSCAN',
  'Index Only Scan': 'IXSCAN',
};

/** Condition of a scan over all documents of a collection. */
const WHOLE_COLLECTION = /^\(shard_key_value = '-?\d+'::bigint\)$/;

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly 'Index Cond'?: string;
  readonly Plans?: readonly PlanNode[];
}

/** Returns the shape of the plan, which shows whether an index is used. Does not execute the query, has no costs. */
async function explain({ command }: CommandRequest, { pool }: GatewayParts): Promise<Uint8Array> {
  const bytes = command.document('explain');
  const query = bytes && new CommandDocument(bytes);
  const planner = query && PLANNERS[query.name];
  if (query === undefined || planner === undefined) {
    throw new CommandError(
      'CommandNotSupported',
      'explain supports find, aggregate, count and distinct only',
    );
  }
  const statement: Statement = {
    name: `explain_${query.name}`,
    text: `EXPLAIN (FORMAT JSON) SELECT document FROM documentdb_api_catalog.${planner}($1, $2::bytea::documentdb_core.bson)`,
  };
  const rows = await pool.run(statement, [command.database, query.bytes]);
  const [{ Plan: plan }] = (rows[0] ?? [])[0] as unknown as [{ Plan: PlanNode }];
  const namespace = `${command.database}.${query.collection}`;
  return serialize({ queryPlanner: { namespace, winningPlan: toStage(plan), rejectedPlans: [] }, ok: 1 });
}

function toStage(node: PlanNode): Document {
  const inputs = (node.Plans ?? []).map(toStage);
  const stage = STAGES[node['Node Type']];
  const [input] = inputs;
  if (stage === undefined && input !== undefined) return input;
  if (WHOLE_COLLECTION.test(node['Index Cond'] ?? '')) return { stage: 'COLLSCAN' };
  if (stage === 'FETCH' && input?.['stage'] === 'COLLSCAN') return input;
  return {
    stage: stage ?? node['Node Type'],
    ...(node['Index Name'] === undefined ? {} : { indexName: node['Index Name'] }),
    ...(input === undefined ? {} : { inputStage: input }),
  };
}

export const explainCommands: CommandHandlers = { explain };
