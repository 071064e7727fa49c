// The gateway's process: `main.ts <directory of PostgreSQL's socket> <port, or 0>`. Tells its parent the port over IPC
// and ends with it, however the parent ends.
import { setUpEngine } from './engine-setup.ts';
import { GatewayServer } from './gateway-server.ts';

const [socketDir, port] = process.argv.slice(2);
if (socketDir === undefined || port === undefined || process.send === undefined) {
  throw new Error('the gateway is started by startLocalServices, not by hand');
}

// A socket's path is limited to 107 bytes, a data directory's is not: the path through the working directory is short.
process.chdir(socketDir);
const socketPath = '/proc/self/cwd';
const server = new GatewayServer(socketPath);

process.once('disconnect', () => process.exit(0));
// A terminal's Ctrl-C reaches the whole group; the parent decides the order in which things stop.
process.on('SIGINT', () => undefined);
process.once('SIGTERM', () => {
  void server.close().then(() => process.exit(0));
});

await setUpEngine(socketPath);
process.send({ port: await server.listen(Number(port)) });
