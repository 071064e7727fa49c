/** Thrown for a plugin that workers cannot use. The message names the plugin and every problem, each with its place and rule. */
export class PluginError extends Error {
  override name = 'PluginError';
  /** Names the plugin, such as `Plugin "shop"`. */
  readonly subject: string;
  readonly problems: readonly string[];
  constructor(subject: string, problems: readonly string[], options?: { cause?: unknown }) {
    const lines = problems.map((problem) => `  ${problem}`).join('\n');
    const single = problems.length === 1 ? `${subject}: ${problems[0]}` : undefined;
    super(single ?? `${subject} has ${problems.length} problems:\n${lines}`, options);
    this.subject = subject;
    this.problems = problems;
  }
}
