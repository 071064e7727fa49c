import { defineResource, FatalError } from '@mcp-server/plugin-sdk';

import { CITIES } from './trains.ts';

export const station = defineResource({
  title: 'Station',
  description: 'The services of a station.',
  uriTemplate: 'trips://stations/{city}',
  mimeType: 'text/plain',
  read({ uri, variables }) {
    const city = CITIES.find((name) => name === variables['city']);
    if (!city) throw new FatalError('There is no such station.', { code: 'NOT_FOUND' });
    return [{ uri, mimeType: 'text/plain', text: `${city}: trains to two cities` }];
  },
});
