export { pointedAt, type Pointed, retryLater, type RetryLater } from '@mcp-server/shared';
