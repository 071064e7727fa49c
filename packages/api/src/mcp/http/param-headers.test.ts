import t from 'tap';

import { findParamMismatch } from './param-headers.ts';

const SCHEMA = {
  properties: {
    region: { type: 'string', 'x-mcp-header': 'Region' },
    where: { type: 'object', properties: { floor: { type: 'integer', 'x-mcp-header': 'Floor' } } },
    plain: { type: 'string' },
  },
};
const base64 = (text: string) => `=?base64?${Buffer.from(text).toString('base64')}?=`;

t.test('arguments and the headers that repeat them agree', async (t) => {
  for (const [title, toolArguments, headers] of [
    ['neither', { plain: 'x' }, {}],
    ['literally', { region: 'eu' }, { 'mcp-param-region': 'eu' }],
    ['in Base64', { region: 'Zürich' }, { 'mcp-param-region': base64('Zürich') }],
    [
      'half a wrapper is taken literally',
      { region: '=?base64?SGVsbG8=' },
      { 'mcp-param-region': '=?base64?SGVsbG8=' },
    ],
    ['within an object', { where: { floor: 3 } }, { 'mcp-param-floor': '3' }],
  ] as const) {
    t.equal(findParamMismatch(SCHEMA, toolArguments, new Headers(headers)), undefined, title);
  }
});

t.test('mismatches are reported', async (t) => {
  for (const [title, toolArguments, headers] of [
    ['another value', { region: 'eu' }, { 'mcp-param-region': 'us' }],
    ['no header', { region: 'eu' }, {}],
    ['no argument', {}, { 'mcp-param-region': 'eu' }],
    ['wrong padding', { region: 'Hello' }, { 'mcp-param-region': '=?base64?SGVsbG8?=' }],
    ['wrong characters', { region: 'Hello' }, { 'mcp-param-region': '=?base64?SGVs!!!bG8=?=' }],
    ['within an object', { where: { floor: 3 } }, { 'mcp-param-floor': '4' }],
  ] as const) {
    t.type(findParamMismatch(SCHEMA, toolArguments, new Headers(headers)), 'string', title);
  }
});
