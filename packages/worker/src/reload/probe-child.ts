import type { PluginError } from '@mcp-server/plugin-sdk';

import { importPlugin } from '../catalogue/import-plugin.ts';
import { loadEntry, toPluginError } from '../catalogue/load-entry.ts';
import { resolveAsOrigin } from './copy-hooks.ts';
import type { ProbeMessage, ProbeOrder } from './probe-messages.ts';

/** Process that imports plugins one after the other, and may hang or die of one; see `probe.ts`. */
const send = (message: ProbeMessage): Promise<void> =>
  new Promise((resolve) => void process.send?.(message, () => resolve()));

async function probe({ plugins, timeoutMs }: ProbeOrder): Promise<void> {
  for (const [index, { entry, copy }] of plugins.entries()) {
    if (copy) resolveAsOrigin(copy);
    await send({ kind: 'begun', index });
    const url = new URL(entry);
    await loadEntry(url, () => importPlugin(url, timeoutMs)).then(
      () => send({ kind: 'usable', index }),
      (error: unknown) => send(toBroken(index, toPluginError(entry, error))),
    );
  }
}

function toBroken(index: number, { subject, problems, cause }: PluginError): ProbeMessage {
  const stack = cause instanceof Error && typeof cause.stack === 'string' ? cause.stack : undefined;
  return { kind: 'broken', index, subject, problems, ...(stack === undefined ? {} : { stack }) };
}

// Errors of a plugin after its import must not be blamed on the next one.
process.on('uncaughtException', () => undefined);
process.once('message', (order) => void probe(order as ProbeOrder));
process.once('disconnect', () => process.exit());
