import { positiveInt } from '@mcp-server/shared';
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
  .refine((hosts) => hosts.every((host) => !/:\d+$/.test(host)), 'must not name ports');

/** Settings of the Model Context Protocol's endpoint. */
export const mcpConfig = {
  /** How long a call is waited for, for clients that cannot follow it as an mcpTask; below their usual cut-off of 60 s. */
  MCP_WAIT_SECONDS: positiveInt(1, 3_600).default(45),
  /** Names, beside those of this machine and `HOST`, under which the endpoint may be called. */
  MCP_ALLOWED_HOSTS: hostList,
};
