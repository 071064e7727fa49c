/** Marks an argument that clients repeat in a header, so that proxies can route by it. The value names the header. */
const ANNOTATION = 'x-mcp-header';
const PREFIX = 'mcp-param-';
const ENCODED = /^=\?base64\?(?<text>.*)\?=$/;
const BASE64 = /^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/;

interface Schema {
  properties?: Record<string, unknown>;
}

/**
 * Compares the arguments of a call with the headers that repeat them: a proxy decided by the headers, so they must
 * match. Returns the mismatch, or undefined. A header without its argument is a mismatch too, and vice versa.
 */
export function findParamMismatch(
  schema: Schema,
  toolArguments: Record<string, unknown>,
  headers: Headers,
): string | undefined {
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const mismatch = checkProperty(
      property as Schema & Record<string, unknown>,
      toolArguments[name],
      headers,
    );
    if (mismatch !== undefined) return mismatch;
  }
  return undefined;
}

function checkProperty(
  property: Schema & Record<string, unknown>,
  value: unknown,
  headers: Headers,
): string | undefined {
  const name = property[ANNOTATION];
  if (typeof name === 'string') return compare(`${PREFIX}${name.toLowerCase()}`, value, headers);
  const inner = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  return findParamMismatch(property, inner, headers);
}

function compare(header: string, value: unknown, headers: Headers): string | undefined {
  const headerText = headers.get(header);
  const argumentText = value === undefined || value === null ? null : toHeaderText(value);
  if (headerText === null && argumentText === null) return undefined;
  if (headerText === null) return `${header} is missing for its argument`;
  const actualText = decode(headerText);
  if (actualText === undefined) return `${header} is not valid Base64`;
  return actualText === argumentText ? undefined : `${header} does not match its argument`;
}

const toHeaderText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Unwraps values that a header cannot carry literally. */
function decode(headerText: string): string | undefined {
  const text = ENCODED.exec(headerText)?.groups?.['text'];
  if (text === undefined) return headerText;
  return BASE64.test(text) ? Buffer.from(text, 'base64').toString('utf8') : undefined;
}
