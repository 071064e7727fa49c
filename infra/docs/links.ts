import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** `[text](target)` and `![text](target)`; a title after the target is left out. */
const LINK = /\[[^\]]*\]\((?<target>[^)\s]+)[^)]*\)/g;
const FENCED = /^( *)(`{3,}|~{3,}).*\n[\s\S]*?^\1\2[ \t]*$/gm;
const HAS_SCHEME = /^[a-z][a-z0-9+.-]*:/i;

/** The page without its code, which may contain brackets. */
const withoutCode = (page: string) => page.replaceAll(FENCED, '').replaceAll(/`[^`\n]*`/g, '');

/** Anchors of a page's headings, as GitHub makes them: lower case, no punctuation, `-1` for the second of one name. */
export function anchorsOf(page: string): string[] {
  const counts = new Map<string, number>();
  return [...page.replaceAll(FENCED, '').matchAll(/^#{1,6}\s+(?<title>.+)$/gm)].map(({ groups }) => {
    const title = (groups?.['title'] ?? '').replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1');
    const slug = title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(/\s/g, '-');
    const count = counts.get(slug) ?? 0;
    counts.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  });
}

/** Relative links of the page at `root/path` whose file or heading does not exist, as `path: target`. */
export function brokenLinks(root: string, path: string): string[] {
  const page = readFileSync(join(root, path), 'utf8');
  const targets = [...withoutCode(page).matchAll(LINK)].map(({ groups }) => groups?.['target'] ?? '');
  return targets
    .filter((target) => !HAS_SCHEME.test(target) && !resolves(root, path, target))
    .map((target) => `${path}: ${target}`);
}

function resolves(root: string, path: string, target: string): boolean {
  const [file = '', anchor] = target.split('#');
  const full = file === '' ? join(root, path) : join(root, dirname(path), decodeURIComponent(file));
  if (!existsSync(full)) return false;
  if (anchor === undefined || !full.endsWith('.md') || statSync(full).isDirectory()) return true;
  return anchorsOf(readFileSync(full, 'utf8')).includes(anchor);
}

const PATH =
  /`(?<path>(?:packages|docs|infra|scripts|chaos|bench|conformance|examples)\/[\w./-]+)`|(?<test>[\w-]+\.test\.ts)/g;

/** Paths of this repository in a page's inline code, and the names of test files. */
export function namedFiles(page: string): string[] {
  const names = [...page.replaceAll(FENCED, '').matchAll(PATH)];
  return names.map(({ groups }) => groups?.['path'] ?? groups?.['test'] ?? '');
}
