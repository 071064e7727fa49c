import {
  defineAction,
  definePlugin,
  definePrompt,
  defineResource,
  FatalError,
  RetryableError,
} from '@mcp-server/plugin-sdk';
import { z } from 'zod';

const Settings = z.strictObject({ currency: z.string().default('EUR') });

const order = defineAction({
  title: 'Order',
  description: 'Orders something; its first attempt is refused.',
  input: z.strictObject({ item: z.string().min(1), count: z.int().min(1).default(1) }),
  output: z.strictObject({ order: z.string(), attempt: z.int() }),
  retry: { attempts: 3, delayMs: 1 },
  annotations: { destructive: true, idempotent: true },
  settings: Settings,
  async run({ item, count }, { attempt, once, settings, progress, log }) {
    const price = await once('price', () => `${count * 2} ${settings.currency} in attempt ${attempt}`);
    progress(attempt, 2);
    log.info('ordering');
    if (item === 'nothing') throw new FatalError('Nothing cannot be ordered.', { code: 'NOTHING' });
    if (attempt === 1) throw new RetryableError('busy', { retryAfterMs: 1 });
    return { order: `${count} ${item} for ${price}`, attempt };
  },
  toContent: ({ order }) => [{ type: 'text', text: order }],
});

const ask = defineAction({
  title: 'Ask',
  description: 'Asks for a name.',
  input: z.strictObject({}),
  output: z.strictObject({ name: z.string() }),
  run: (_input, { requestInput }) => requestInput(z.strictObject({ name: z.string() }), 'Who are you?'),
});

const price = defineResource({
  title: 'Price',
  description: 'Price of an item.',
  uriTemplate: 'first-sdk://prices/{item}',
  read: ({ uri, variables }) => [{ uri, text: `${variables['item']}: 2` }],
});

const advertise = definePrompt({
  title: 'Advertise',
  description: 'Advertises an item.',
  arguments: { item: { description: 'The item to sell', required: true } },
  get: ({ item }) => [{ role: 'user', content: { type: 'text', text: `Advertise ${item}.` } }],
});

export default definePlugin({
  id: 'first-sdk',
  version: '1.0.0',
  title: 'First SDK',
  description: 'Built with the first version of the SDK.',
  settings: Settings,
  actions: { order, ask },
  resources: { price },
  prompts: { advertise },
});
