import { runAsUser } from './shell.ts';

/** A command of a page and the lines of output that the page shows; `…` stands for any text. */
export interface TranscriptStep {
  command: string;
  output: string[];
}

const MARK = '@@@';

/** Reads the `console` block after `<!-- transcript: NAME -->`. A command starts with `$ `; a backslash continues it. */
export function readTranscript(page: string, name: string): TranscriptStep[] {
  const marked = page.slice(page.indexOf(`<!-- transcript: ${name} -->`));
  const block = /```console\n([\s\S]*?)```/.exec(marked)?.[1] ?? '';
  const steps: TranscriptStep[] = [];
  for (const line of block.trimEnd().split('\n')) {
    const last = steps.at(-1);
    if (line.startsWith('$ ')) steps.push({ command: line.slice(2), output: [] });
    else if (last?.command.endsWith('\\')) last.command = `${last.command.slice(0, -1)}${line.trimStart()}`;
    else last?.output.push(line);
  }
  return steps;
}

/**
 * Runs the commands one after another in one shell of a user, texts of `values` replaced. `problems` names commands that
 * failed and lines that did not come; `cwd` is the working directory at the end.
 */
export async function runTranscript(
  steps: readonly TranscriptStep[],
  { cwd, values }: { cwd: string; values: Record<string, string> },
): Promise<{ problems: string[]; cwd: string }> {
  const fill = (text: string) =>
    Object.entries(values).reduce((filled, [name, value]) => filled.replaceAll(name, value), text);
  const script = steps.map(({ command }) => `${fill(command)} || echo "it exited with $?"\necho '${MARK}'`);
  const { stdout } = await runAsUser(['bash', '-c', `exec 2>&1\n${script.join('\n')}\npwd`], { cwd });
  const outputs = stdout.split(`${MARK}\n`);
  const problems = steps.flatMap((step, index) => checkStep(step, outputs[index] ?? '', fill));
  return { problems, cwd: outputs.at(-1)?.trim() ?? '' };
}

function checkStep(
  { command, output }: TranscriptStep,
  actual: string,
  fill: (text: string) => string,
): string[] {
  const lines = actual.split('\n');
  if (lines.some((line) => line.startsWith('it exited with '))) return [`$ ${command}\n${actual}`];
  let at = 0;
  for (const expected of output.filter((line) => line !== '…' && line !== '')) {
    const match = lines.findIndex((line, index) => index >= at && toPattern(fill(expected)).test(line));
    if (match === -1) return [`$ ${command}\n${actual}\nwithout the line: ${expected}`];
    at = match + 1;
  }
  return [];
}

function toPattern(expected: string): RegExp {
  const escaped = expected.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll('…', '.*')}$`);
}
