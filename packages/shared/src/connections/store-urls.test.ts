import t from 'tap';

import { mongodbUri, redisUrl } from './store-urls.ts';

const SECRET = 'hunter2';

const cases: [schema: ReturnType<typeof redisUrl>, url: string, problem: RegExp | undefined][] = [
  [redisUrl(), 'redis://127.0.0.1', undefined],
  [redisUrl(), 'rediss://user:p%40ss@redis.example:6380/4?family=6', undefined],
  [redisUrl(), 'redis://[::1]:6379/', undefined],
  [redisUrl(), 'http://redis', /^must begin with redis:\/\//],
  [redisUrl(), `redis://:${SECRET}@`, /^cannot be parsed/],
  [redisUrl(), `redis://:x/${SECRET}@redis`, /^cannot be parsed/],
  [redisUrl(), `redis://:1#${SECRET}@redis`, /^cannot be parsed/],
  [redisUrl(), `redis://user:1?${SECRET}@redis`, /^cannot be parsed/],
  [redisUrl(), `redis://user:1/?${SECRET}@redis`, /^cannot be parsed/],
  [redisUrl(), `redis://user:%zz${SECRET}@redis`, /^cannot be parsed/],
  [redisUrl(), `redis://redis/${SECRET}`, /^the path must be the number of a database/],
  [redisUrl(), 'redis://redis?famly=6', /^has an unknown option "famly"$/],
  [
    redisUrl(),
    'redis://redis/0?password=x&db=3',
    /^has an unknown option "password"\nhas an unknown option "db"$/,
  ],
  [mongodbUri(), 'mongodb://127.0.0.1:27017/mcp_server?directConnection=true', undefined],
  [mongodbUri(), 'mongodb://user:p%40ss@a:1,b:2,c/db?replicaSet=rs0&authSource=admin', undefined],
  [mongodbUri(), 'mongodb+srv://user:pw@cluster.example/db?retryWrites=true&w=majority', undefined],
  [mongodbUri(), 'redis://mongodb', /^must begin with mongodb:\/\//],
  [mongodbUri(), 'mongodb://', /^cannot be parsed/],
  [mongodbUri(), `mongodb://user:x@${SECRET}@host/db`, /^cannot be parsed/],
  [mongodbUri(), `mongodb://user:x/${SECRET}@host/db`, /^cannot be parsed/],
  [mongodbUri(), `mongodb://user:1?${SECRET}@host/db`, /^cannot be parsed/],
  [mongodbUri(), `mongodb://user:%zz${SECRET}@host/db`, /^cannot be parsed/],
  [mongodbUri(), `mongodb://host:${SECRET}/db`, /^cannot be parsed/],
  [mongodbUri(), 'mongodb://host/db?replicSet=rs0', /^has an unknown option "replicSet"$/],
  [mongodbUri(), `mongodb://host/db?maxPoolSize=${SECRET}`, /^invalid value of option "maxPoolSize"$/],
  [mongodbUri(), 'mongodb://a,b/db?directConnection=true', /^invalid value of option "directConnection"$/],
];

for (const [schema, url, problem] of cases) {
  t.test(`${url.replaceAll(SECRET, '***')}: ${problem?.source ?? 'valid'}`, async (t) => {
    const parsed = schema.safeParse(url);

    const text = parsed.error?.issues.map(({ message }) => message).join('\n');
    if (problem) t.match(text, problem);
    else t.equal(text, undefined);
    t.notMatch(text ?? '', SECRET);
  });
}
