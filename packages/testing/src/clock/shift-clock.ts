// Preloaded into a process (`--import`): its clock is wrong by CLOCK_SHIFT_MS from its first line on, and right again after
// SIGWINCH, like a machine whose time is corrected while it runs. Timers and `performance.now` go on as they do there.
let shiftMs = Number(process.env['CLOCK_SHIFT_MS'] ?? 0);
const RealDate = Date;
const now = () => RealDate.now() + shiftMs;

globalThis.Date = new Proxy(RealDate, {
  apply: () => new RealDate(now()).toString(),
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as Date,
  get: (target, key) => (key === 'now' ? now : (Reflect.get(target, key) as unknown)),
});
process.on('SIGWINCH', () => {
  shiftMs = 0;
});
