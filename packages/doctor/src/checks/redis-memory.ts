import { defineCheck, fail, ok, warn } from '../check.ts';
import { readInfo } from '../redis-info.ts';

const MEBIBYTE = 2 ** 20;
const SHORT = 0.75;
const FULL = 0.9;

export default defineCheck({
  needs: ['redis'],
  async run({ redis }) {
    const info = await readInfo(redis, 'memory');
    const [used, max, system] = ['used_memory', 'maxmemory', 'total_system_memory'].map((name) =>
      Number(info[name] ?? 0),
    ) as [number, number, number];
    // Without a limit of its own Redis can use the memory of the machine.
    const bound = max > 0 ? max : system;
    const share = bound > 0 ? used / bound : 0;
    const of = `${max > 0 ? 'maxmemory' : 'the machine'} (${Math.round(bound / MEBIBYTE)} MiB)`;
    const fact = `${Math.round(used / MEBIBYTE)} MiB used, ${Math.round(share * 100)} % of ${of}`;
    if (share >= FULL)
      return fail(fact, 'raise maxmemory, or find what fills it; a full Redis accepts no jobs');
    return share >= SHORT ? warn(fact, 'raise maxmemory before Redis is full') : ok(fact);
  },
});
