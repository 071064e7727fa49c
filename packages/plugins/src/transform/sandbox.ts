import { createContext, Script } from 'node:vm';

/**
 * JSONata takes base64 functions from the global scope of a browser or of Node. The sandbox has its own, because a
 * function from outside would expose the outside's `Function`.
 */
const BASE64 = `
  const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  globalThis.window = {
    btoa(text) {
      let encoded = '';
      for (let at = 0; at < text.length; at += 3) {
        const codes = [0, 1, 2].map((offset) => text.charCodeAt(at + offset) & 255);
        const bits = (codes[0] << 16) | (codes[1] << 8) | codes[2];
        const digits = [18, 12, 6, 0].map((shift) => ALPHABET[(bits >> shift) & 63]).join('');
        encoded += digits.slice(0, Math.min(4, text.length - at + 1)).padEnd(4, '=');
      }
      return encoded;
    },
    atob(encoded) {
      let text = '';
      let bits = 0;
      let count = 0;
      for (const digit of encoded) {
        const value = ALPHABET.indexOf(digit === '-' ? '+' : digit === '_' ? '/' : digit);
        if (value < 0) continue;
        bits = ((bits << 6) | value) & 0xffffff;
        count += 6;
        if (count >= 8) text += String.fromCharCode((bits >> (count -= 8)) & 255);
      }
      return text;
    },
  };
`;

/**
 * Script that evaluates the expression. Only strings cross the border of the sandbox, in both directions. JSONata's own
 * functions and lambdas are objects that hold its environment, so they are found before anything is serialised.
 */
const EVALUATE = `
  const isFunction = (value) =>
    typeof value === 'function' ||
    (typeof value === 'object' && value !== null && (value._jsonata_lambda || value._jsonata_function) === true);
  const findProblem = (value, path) => {
    const place = path === '' ? 'The result' : 'The result at ' + path;
    if (isFunction(value)) return place + ' is a function, which is not JSON';
    if (typeof value === 'number' && !Number.isFinite(value)) return place + ' is not a finite number';
    if (typeof value !== 'object' || value === null) return undefined;
    // Arrays of the library have methods of their own beside their items.
    for (const [key, child] of Array.isArray(value) ? value.entries() : Object.entries(value)) {
      const problem = findProblem(child, path + '/' + key);
      if (problem !== undefined) return problem;
    }
    return undefined;
  };
  const evaluate = async () => {
    try {
      const value = await window.jsonata(expression, JSON.parse(options)).evaluate(JSON.parse(data));
      const problem = findProblem(value, '');
      return JSON.stringify(
        problem === undefined ? { result: value === undefined ? null : value } : { error: { message: problem } },
      );
    } catch (error) {
      const { code, message, position } = Object(error);
      return JSON.stringify({ error: { code, message: String(message), position } });
    }
  };
  evaluate().then((answer) => { globalThis.answer = answer; });
`;

/** Input of one evaluation. All strings: an object would bring its outside prototype along. */
export interface SandboxInput {
  expression: string;
  /** JSON. */
  data: string;
  /** Options of JSONata as JSON. */
  options: string;
  timeoutMs: number;
}

/**
 * Evaluates in its own realm: no `process`, no `require`, no timers, and no code from strings. Code that escapes the
 * language finds nothing to call.
 * @returns JSON of `{result}` or `{error}`; an evaluation that takes too long ends with JSONata's own timeout error.
 */
export function evaluateInSandbox(
  { expression, data, options, timeoutMs }: SandboxInput,
  library: string,
): string {
  const context = createContext(Object.assign(Object.create(null) as object, { expression, data, options }), {
    codeGeneration: { strings: false, wasm: false },
    // Promises of the sandbox settle within the call, and so within its timeout.
    microtaskMode: 'afterEvaluate',
  });
  new Script(BASE64).runInContext(context);
  new Script(library, { filename: 'jsonata.js' }).runInContext(context);
  try {
    // Also stops a regular expression, unlike JSONata's own limit.
    new Script(EVALUATE).runInContext(context, { timeout: timeoutMs });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    return JSON.stringify({ error: { code: 'D1012', message: 'timeout' } });
  }
  const { answer } = context as { answer?: unknown };
  if (typeof answer !== 'string') throw new Error('The expression waits for a promise that never settles.');
  return answer;
}
