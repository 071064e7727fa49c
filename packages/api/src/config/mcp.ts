import { settingsGroup, wholeNumber } from '@mcp-server/shared';

/** Settings of the endpoint of the Model Context Protocol. Clients usually give up a call after 60 s. */
export const mcpConfig = settingsGroup('Model Context Protocol', {
  MCP_WAIT_SECONDS: wholeNumber(1, 3_600)
    .default(45)
    .describe('Longest wait of a tool call whose client does not know the Tasks extension (s)'),
});
