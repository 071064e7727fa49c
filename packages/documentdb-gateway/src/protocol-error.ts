/** The client sent bytes that are no valid message: its socket is closed, as mongod does. */
export class GatewayProtocolError extends Error {
  override readonly name = 'GatewayProtocolError';
}
