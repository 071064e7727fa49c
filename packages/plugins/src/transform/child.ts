import { readFileSync } from 'node:fs';
import { json } from 'node:stream/consumers';

import { evaluateInSandbox, type SandboxInput } from './sandbox.ts';

// Ctrl-C reaches the whole process group, but the worker decides when to stop this process.
process.on('SIGINT', () => undefined);

const library = readFileSync(String(process.argv[2]), 'utf8');
process.stdout.write(evaluateInSandbox((await json(process.stdin)) as SandboxInput, library));
