// `main.ts [--data DIR] -- COMMAND ARGS…` runs a command with MONGODB_URI and REDIS_URL of servers that live as long as
// it does, and exits with its code. Without a command the servers stay up until a signal.
import { parseArguments } from './arguments.ts';
import { runCommandWithServices } from './command-run.ts';
import { startLocalServices } from './local-services.ts';
import { LocalServiceError } from './service-error.ts';
import { nextStopSignal } from './stop-signal.ts';

/** EX_UNAVAILABLE of sysexits.h: a service that is needed cannot be had. */
const EXIT_UNAVAILABLE = 69;

// Read before anything takes time: a parent that dies meanwhile must be missed.
const parentPid = process.ppid;
const { dataDir, command } = parseArguments(process.argv.slice(2));
const log = (line: string): void => void process.stderr.write(`[local] ${line}\n`);

try {
  const services = await startLocalServices({ dataDir, log });
  for (const line of services.describe) log(line);
  const { mongodbUri, redisUrl } = services;
  try {
    if (command.length > 0) {
      process.exitCode = await runCommandWithServices(
        command,
        { MONGODB_URI: mongodbUri, REDIS_URL: redisUrl },
        parentPid,
      );
    } else {
      process.stdout.write(`MONGODB_URI=${mongodbUri}\nREDIS_URL=${redisUrl}\n`);
      await nextStopSignal(parentPid);
    }
  } finally {
    await services.close();
  }
} catch (error) {
  if (!(error instanceof LocalServiceError)) throw error;
  log(error.message);
  process.exitCode = EXIT_UNAVAILABLE;
}
