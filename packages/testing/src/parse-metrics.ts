import parse from 'parse-prometheus-text-format';
import { z } from 'zod';

const Family = z.object({
  name: z.string(),
  help: z.string(),
  type: z.enum(['COUNTER', 'GAUGE', 'HISTOGRAM', 'SUMMARY', 'UNTYPED']),
  metrics: z.array(
    z.object({ value: z.string().optional(), labels: z.record(z.string(), z.string()).optional() }),
  ),
});

/** Parses Prometheus text like a scraper. @throws {Error} on invalid text. */
export function parseMetrics(text: string): z.infer<typeof Family>[] {
  return z.array(Family).nonempty().parse(parse(text));
}
