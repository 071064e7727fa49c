import { readFileSync } from 'node:fs';

const PAGE = new URL('../../docs/quick-reference.md', import.meta.url);
const ROUTE = /^(?<methods>[A-Z]+(?:, [A-Z]+)*) (?<path>\/\S*)$/;

/** Routes of the quick reference's table, such as `POST /api/tasks/{id}/cancel`, with the short forms expanded. */
export function documentedRoutes(): string[] {
  const [, table = ''] = readFileSync(PAGE, 'utf8').split('## Routes');
  const routes: string[] = [];
  let last = { methods: ['GET'], path: '/' };
  for (const [, text = ''] of table.matchAll(/`([^`]+)`/g)) {
    const route = ROUTE.exec(text)?.groups;
    // `login` after `POST /api/auth/register` stands for its sibling.
    last = route
      ? { methods: (route['methods'] ?? '').split(', '), path: route['path'] ?? '' }
      : { ...last, path: siblingOf(last.path, text) };
    for (const method of last.methods) routes.push(`${method} ${last.path.replaceAll(/:(\w+)/g, '{$1}')}`);
  }
  return routes.toSorted((a, b) => a.localeCompare(b));
}

/** After a path that ends with an id, a short form is one level below it: `GET /api/executions/:id` · `events`. */
function siblingOf(path: string, name: string): string {
  return path.endsWith(':id') ? `${path}/${name}` : path.replace(/[^/]+$/, name);
}
