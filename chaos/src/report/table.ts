import { INCONCLUSIVE } from '../rows/inconclusive.ts';
import type { RowResult } from '../run-row.ts';
import type { RowFigures } from './figures.ts';

type Column = [title: string, cell: (result: RowResult) => string];

const text = (value: number | undefined, unit = '') => (value === undefined ? '–' : `${value}${unit}`);
const seconds = (ms: number | undefined) => (ms === undefined ? '–' : `${(ms / 1_000).toFixed(1)} s`);

const COLUMNS: Column[] = [
  ['row', ({ row }) => row.id],
  ['fault', ({ row }) => row.title],
  ['seed', ({ seed }) => text(seed)],
  ['accepted', ({ figures }) => text(figures.accepted)],
  ['lost', ({ figures }) => text(figures.lost)],
  ['double ends', ({ figures }) => text(figures.doubleEnds)],
  ['ends changed', ({ figures }) => text(figures.endsChanged)],
  ['duplicate effects', ({ figures }) => text(figures.duplicateEffects)],
  ['superseded', ({ figures }) => text(figures.superseded)],
  ['crashes', ({ figures }) => text(figures.crashes)],
  ['hand-backs', ({ figures }) => text(figures.handBacks)],
  ['redelivery p50', ({ figures }) => seconds(figures.redeliveryP50Ms)],
  ['redelivery p99', ({ figures }) => seconds(figures.redeliveryP99Ms)],
  ['5xx', ({ figures }) => text(figures.serverErrors)],
  ['duration', ({ figures }) => text(figures.seconds, ' s')],
  ['also measured', ({ figures }) => describeMeasured(figures)],
  ['verdict', describeVerdict],
];

/** The results as a Markdown table, aligned so that it can be read in a terminal too. */
export function formatTable(results: readonly RowResult[]): string {
  const rows = [
    COLUMNS.map(([title]) => title),
    ...results.map((result) => COLUMNS.map(([, cell]) => cell(result))),
  ];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: string[], pad = ' ') =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0, pad)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [
    line(head),
    line(
      head.map(() => ''),
      '-',
    ),
    ...body.map((row) => line(row)),
  ].join('\n');
}

const describeMeasured = ({ measured }: RowFigures) =>
  Object.entries(measured)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ') || '–';

function describeVerdict({ violations, figures }: RowResult): string {
  if (violations.length === 0) return 'passed';
  if (violations.every(({ rule }) => rule === INCONCLUSIVE)) return 'INCONCLUSIVE';
  const broken = Object.entries(figures.violations).map(([rule, count]) => `${rule} ${count}`);
  return `FAILED: ${broken.join(', ')}`;
}
