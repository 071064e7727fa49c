import type { PluginCopy } from './copy-hooks.ts';

/** A plugin to try: its entry file, and where a copy comes from. */
export interface Probed {
  entry: string;
  copy?: PluginCopy;
}

export interface ProbeOrder {
  plugins: readonly Probed[];
  /** Limit for the import of each. */
  timeoutMs: number;
}

/** Message of the probe's process; `index` is that of the plugin in the order. */
export type ProbeMessage =
  | { kind: 'begun' | 'usable'; index: number }
  | { kind: 'broken'; index: number; subject: string; problems: readonly string[]; stack?: string };
