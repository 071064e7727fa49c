// `main.ts [--data DIR] -- COMMAND ARGS…` starts the services, runs a command with their MONGODB_URI and REDIS_URL, and
// exits with its code. Without a command the services stay up until a signal.
import { parseArguments } from './arguments.ts';
import { runCommandWithServices } from './command-run.ts';
import { startLocalServices } from './local-services.ts';
import { LocalServiceError } from './service-error.ts';
import { nextStopSignal } from './stop-signal.ts';

/** EX_UNAVAILABLE of sysexits.h: a service cannot be started. */
const EXIT_UNAVAILABLE = 69;

// Read first: the parent may end during the start.
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
