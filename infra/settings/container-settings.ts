/** A setting that only docker-compose.yml reads. */
export interface ContainerSetting {
  name: string;
  default: string;
  description: string;
}

/** `npm run secrets` generates every password. */
export const containerSettings: ContainerSetting[] = [
  {
    name: 'PUBLISH_HTTP',
    default: '3000',
    description: 'Port on which nginx is published; unset, the value of `PORT`',
  },
  { name: 'PUBLISH_HTTPS', default: '8443', description: 'Port on which nginx is published with HTTPS' },
  {
    name: 'EDGE_PREFIX',
    default: '172.31.250',
    description: 'First three numbers of the addresses of the network between nginx and the APIs',
  },
  {
    name: 'NODE_IMAGE',
    default: 'node:24.21.0-bookworm-slim',
    description: 'Base image of API and workers',
  },
  { name: 'MONGODB_IMAGE', default: 'mongo:8.0', description: 'Image of MongoDB' },
  { name: 'REDIS_IMAGE', default: 'redis:8.2', description: 'Image of Redis' },
  { name: 'NGINX_IMAGE', default: 'nginx:1.28', description: 'Image of nginx' },
  { name: 'PROMETHEUS_IMAGE', default: 'prom/prometheus:v3.5.0', description: 'Image of Prometheus' },
  {
    name: 'MONGODB_ROOT_PASSWORD',
    default: '',
    description: 'Password of the MongoDB user `root`, for operators',
  },
  { name: 'MONGODB_API_PASSWORD', default: '', description: 'Password of the MongoDB user `mcp_api`' },
  {
    name: 'MONGODB_WORKER_PASSWORD',
    default: '',
    description: 'Password of the MongoDB user `mcp_worker`, which cannot read users, sessions and keys',
  },
  { name: 'REDIS_PASSWORD', default: '', description: 'Password of the Redis users `mcp` and `default`' },
];
