import { defineResource } from '@mcp-server/plugin-sdk';

import { PNG } from './media.ts';

export const resources = {
  'static-text': defineResource({
    title: 'Static text',
    description: 'A static text.',
    uri: 'test://static-text',
    mimeType: 'text/plain',
    read: ({ uri }) => [
      { uri, mimeType: 'text/plain', text: 'This is the content of the static text resource.' },
    ],
  }),
  'static-binary': defineResource({
    title: 'Static binary',
    description: 'A static image.',
    uri: 'test://static-binary',
    mimeType: 'image/png',
    read: ({ uri }) => [{ uri, mimeType: 'image/png', blob: PNG }],
  }),
  'template-data': defineResource({
    title: 'Data by id',
    description: 'Data for any id.',
    uriTemplate: 'test://template/{id}/data',
    mimeType: 'application/json',
    read: ({ uri, variables: { id } }) => [
      {
        uri,
        mimeType: 'application/json',
        text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }),
      },
    ],
  }),
  'watched-resource': defineResource({
    title: 'Watched',
    description: 'A text that could be watched.',
    uri: 'test://watched-resource',
    mimeType: 'text/plain',
    read: ({ uri }) => [{ uri, mimeType: 'text/plain', text: 'Watched resource content.' }],
  }),
};
