/** Parts of a template: texts at even indexes, names of variables at odd ones. */
const splitTemplate = (template: string): string[] => template.split(/\{(\w+)\}/);

/** Characters that a variable may hold only percent-encoded. */
const RESERVED = /[/?#]/;

/** Names of a template's variables (RFC 6570, level 1: `{name}`). @throws {TypeError} on an invalid template. */
export function checkUriTemplate(template: string): string[] {
  const parts = splitTemplate(template);
  const texts = parts.filter((_, index) => index % 2 === 0);
  const names = parts.filter((_, index) => index % 2 === 1);
  const refuse = (reason: string) => new TypeError(`"${template}" is not a valid URI template: ${reason}.`);
  if (!URL.canParse(texts.join('x'))) throw refuse('it does not give an absolute URI');
  if (/[{}]/.test(texts.join(''))) throw refuse('only {name} is supported');
  if (texts.slice(1, -1).includes('')) throw refuse('two variables need text between them');
  if (new Set(names).size < names.length) throw refuse('a variable is used twice');
  return names;
}

/**
 * Decoded values of a template's variables in a URI, or undefined if the URI does not match. A variable ends at the first
 * occurrence of the text after it. Runs in linear time, because callers choose the URI.
 */
export function matchUri(template: string, uri: string): Record<string, string> | undefined {
  const [head = '', ...parts] = splitTemplate(template);
  if (!uri.startsWith(head)) return undefined;
  const values: [string, string][] = [];
  let at = head.length;
  for (let index = 0; index < parts.length; index += 2) {
    const [name = '', text = ''] = parts.slice(index, index + 2);
    const isLast = index + 2 >= parts.length;
    const end = isLast ? uri.length - text.length : uri.indexOf(text, at + 1);
    const value = decode(uri.slice(at, Math.max(at, end)));
    if (value === undefined || !uri.startsWith(text, end)) return undefined;
    values.push([name, value]);
    at = end + text.length;
  }
  return at === uri.length ? Object.fromEntries(values) : undefined;
}

function decode(value: string): string | undefined {
  if (value === '' || RESERVED.test(value)) return undefined;
  try {
    return decodeURIComponent(value);
  } catch {
    // An incomplete percent encoding.
    return undefined;
  }
}
