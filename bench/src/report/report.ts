import type { Case, Figures } from '../cases/case.ts';
import type { Promised, Ratio } from './ratios.ts';
import type { Spread, Summary } from './summary.ts';

/** All figures of a run, as written to `docs/figures`. */
export interface Report {
  date: string;
  command: string;
  rounds: number;
  machine: Record<string, string | number>;
  services: readonly string[];
  cases: Summary;
  titles: Record<string, string>;
  memory: Figures | undefined;
  ratios: readonly Ratio[];
  promises: readonly Promised[];
}

export const titlesOf = (cases: readonly Pick<Case, 'name' | 'title'>[]): Record<string, string> =>
  Object.fromEntries(cases.map(({ name, title }) => [name, title]));

/** Formats the report as Markdown. `before` is an earlier run, whose medians get a column. */
export function describeReport(report: Report, before: Report | undefined): string {
  const { date, command, rounds, cases, titles, memory, ratios, promises, machine, services } = report;
  return [
    `# Speed, ${date}`,
    '',
    `Written by \`${command}\`: product and raw parts in turn, in one run on one machine; medians of ${rounds} rounds`,
    'with the least and the most. Ratios are taken round by round. CPU milliseconds are for one unit of work.',
    ...(before ? [`Before: the same run before executions were batched, on ${before.date}.`] : []),
    '',
    '## Ratios',
    '',
    ...spreadTable(
      'ratio',
      ratios.map((ratio) => [ratio.title, ratio]),
      before && ((title) => before.ratios.find((ratio) => ratio.title === title)?.median),
    ),
    '',
    '## Promises',
    '',
    ...table(
      ['promise', 'measured', 'bound', ''],
      promises.map(({ title, value, bound, isKept }) => [
        title,
        show(value),
        bound,
        isKept ? 'kept' : 'BROKEN',
      ]),
    ),
    '',
    ...Object.entries(cases).flatMap(([name, measured]) =>
      describeCase(name, titles[name] ?? name, measured, before),
    ),
    ...(memory ? describeMemory(memory) : []),
    `Machine: ${list(machine)}. Services: ${services.join('; ')}.`,
    '',
  ].join('\n');
}

const describeCase = (
  name: string,
  title: string,
  measured: Summary[string],
  before: Report | undefined,
): string[] => {
  const medianBefore = before && ((key: string) => before.cases[name]?.[key]?.median);
  return [
    `## ${name}`,
    '',
    `${title}.`,
    '',
    ...spreadTable('figure', Object.entries(measured), medianBefore),
    '',
  ];
};

const describeMemory = (memory: Figures): string[] => [
  '## Memory',
  '',
  ...table(
    ['figure', 'value'],
    Object.entries(memory).map(([key, value]) => [key, show(value)]),
  ),
  '',
];

/** One line for each spread; `medianBefore` adds a column. */
const spreadTable = (
  head: string,
  spreads: readonly (readonly [string, Spread])[],
  medianBefore: ((name: string) => number | undefined) | undefined,
): string[] =>
  table(
    [head, 'median', 'min', 'max', ...(medianBefore ? ['before'] : [])],
    spreads.map(([name, { median, min, max }]) =>
      [name, ...[median, min, max].map(show)].concat(medianBefore ? [show(medianBefore(name))] : []),
    ),
  );

/** Three significant digits; more would be noise. */
function show(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '';
  return Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] => [
  `| ${head.join(' | ')} |`,
  `| ${head.map((_, column) => (column === 0 ? '---' : '---:')).join(' | ')} |`,
  ...rows.map((row) => `| ${row.join(' | ')} |`),
];

const list = (facts: Record<string, unknown>): string =>
  Object.entries(facts)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ');
