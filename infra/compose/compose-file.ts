import { readFileSync } from 'node:fs';

import { parse } from 'yaml';

const COMPOSE_FILE = new URL('../../docker-compose.yml', import.meta.url);

/** `$$`, `${NAME}`, `${NAME:-default}` and `${NAME:?message}`: the forms of compose's interpolation that the file uses. */
const VARIABLE = /\$(?:\$|\{(?<name>[A-Z0-9_]+)(?::(?<operator>[-?])(?<text>[^}]*))?\})/g;

export interface ComposeService {
  image?: string;
  ports?: string[];
  networks?: string[] | Record<string, { ipv4_address?: string } | null>;
  [key: string]: unknown;
}

export interface ComposeFile {
  services: Record<string, ComposeService>;
  networks: Record<string, { internal?: boolean } | null>;
  volumes: Record<string, unknown>;
}

const composeText = (): string => readFileSync(COMPOSE_FILE, 'utf8');

/** Names that must be given, as compose asks for them. */
export function requiredVariables(text = composeText()): string[] {
  const names = [...text.matchAll(VARIABLE)].flatMap(({ groups }) =>
    groups?.['operator'] === '?' && groups['name'] !== undefined ? [groups['name']] : [],
  );
  return [...new Set(names)].sort();
}

/** Puts values in, as compose does. @throws {Error} with the file's message when a required one is missing. */
export function interpolate(text: string, env: Record<string, string | undefined>): string {
  return text.replaceAll(VARIABLE, (...match) => {
    const groups = match.at(-1) as unknown as Record<'name' | 'operator' | 'text', string | undefined>;
    if (groups.name === undefined) return '$';
    const value = env[groups.name] || undefined;
    if (value === undefined && groups.operator === '?') throw new Error(`${groups.name}: ${groups.text}`);
    return value ?? groups.text ?? '';
  });
}

/** docker-compose.yml as compose would read it with this environment: first the YAML, then the values in its texts. */
export function readCompose(env: Record<string, string | undefined>): ComposeFile {
  const fill = (value: unknown): unknown => {
    if (typeof value === 'string') return interpolate(value, env);
    if (Array.isArray(value)) return value.map(fill);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, fill(inner)]));
  };
  return fill(parse(composeText(), { merge: true })) as ComposeFile;
}
