import { settingsGroup, wholeNumber } from '@mcp-server/shared';
import { z } from 'zod';

const hostList = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((host) => host.trim().toLowerCase())
      .filter((host) => host !== ''),
  )
  .refine(
    (hosts) =>
      hosts.every((host) => URL.canParse(`http://${host}`) && new URL(`http://${host}`).host === host),
    'must be host names without ports, such as mcp.example.com',
  )
  .refine((hosts) => hosts.every((host) => !/:\d+$/.test(host)), 'must not contain ports');

/** Settings of the endpoint of the Model Context Protocol. Clients usually give up a call after 60 s. */
export const mcpConfig = settingsGroup('Model Context Protocol', {
  MCP_WAIT_SECONDS: wholeNumber(1, 3_600)
    .default(45)
    .describe('Longest wait of a tool call whose client does not know the Tasks extension (s)'),
  MCP_ALLOWED_HOSTS: hostList.describe(
    'Host names of `/mcp` besides those of this machine and `HOST`, comma separated',
  ),
});
