import { readFileSync } from 'node:fs';

const PAGE = new URL('../../docs/quick-reference.md', import.meta.url);
const ROUTE = /^(?<methods>[A-Z]+(?:, [A-Z]+)*) (?<path>\/\S*)$/;

/** `POST /api/tasks/{id}/cancel` for every route of the quick reference's table, with its short forms written out. */
export function documentedRoutes(): string[] {
  const [, table = ''] = readFileSync(PAGE, 'utf8').split('## Routes');
  const routes: string[] = [];
  let last = { methods: ['GET'], path: '/' };
  for (const [, text = ''] of table.matchAll(/`([^`]+)`/g)) {
    const route = ROUTE.exec(text)?.groups;
    // `login` after `POST /api/auth/register` is its sibling.
    last = route
      ? { methods: (route['methods'] ?? '').split(', '), path: route['path'] ?? '' }
      : { ...last, path: siblingOf(last.path, text) };
    for (const method of last.methods) routes.push(`${method} ${last.path.replaceAll(/:(\w+)/g, '{$1}')}`);
  }
  return routes.toSorted((a, b) => a.localeCompare(b));
}

/** `GET /api/executions/:id` · `events`: below an id the short form is one level down. */
function siblingOf(path: string, name: string): string {
  return path.endsWith(':id') ? `${path}/${name}` : path.replace(/[^/]+$/, name);
}
