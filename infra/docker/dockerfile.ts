import { readFileSync } from 'node:fs';

import {
  DockerfileParser,
  type Instruction as Parsed,
  JSONInstruction,
  ModifiableInstruction,
} from 'dockerfile-ast';

const DOCKERFILE = new URL('Dockerfile', import.meta.url);

export interface Instruction {
  keyword: string;
  /** `--from=build` and the like, without the dashes. */
  flags: Record<string, string>;
  /** Exec form: its words. Shell form of RUN: one text. Anything else: words. */
  args: string[];
}

export interface Stage {
  name: string;
  base: string;
  instructions: Instruction[];
}

/** The stages of the Dockerfile in order. */
export function readStages(): Stage[] {
  const file = DockerfileParser.parse(readFileSync(DOCKERFILE, 'utf8'));
  const stages: Stage[] = [];
  for (const parsed of file.getInstructions()) {
    const instruction = toInstruction(parsed);
    if (instruction.keyword === 'FROM') {
      const [base = '', , name = ''] = instruction.args;
      stages.push({ name, base, instructions: [] });
    } else stages.at(-1)?.instructions.push(instruction);
  }
  return stages;
}

function toInstruction(parsed: Parsed): Instruction {
  const flags = parsed instanceof ModifiableInstruction ? parsed.getFlags() : [];
  const json = parsed instanceof JSONInstruction ? parsed.getJSONStrings() : [];
  return {
    keyword: parsed.getKeyword(),
    flags: Object.fromEntries(flags.map((flag) => [flag.getName(), flag.getValue() ?? ''])),
    args: json.length > 0 ? json.map((word) => JSON.parse(word.getValue()) as string) : toArgs(parsed),
  };
}

function toArgs(parsed: Parsed): string[] {
  if (parsed.getKeyword() === 'RUN') return [parsed.getArgumentsContent() ?? ''];
  // HEALTHCHECK CMD ["…"]: the parser only knows the exec form of CMD itself.
  const exec = /\[.*\]/.exec(parsed.getArgumentsContent() ?? '');
  return parsed.getKeyword() === 'HEALTHCHECK' && exec
    ? (JSON.parse(exec[0]) as string[])
    : parsed.getArguments().map((word) => word.getValue());
}
