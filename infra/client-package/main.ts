/** Packs the client library: `npm run pack:client` leaves a tarball in client.out/ and prints where. */

import { fileURLToPath } from 'node:url';
import { packClient } from './pack.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
console.log(packClient(root, fileURLToPath(new URL('../../client.out', import.meta.url))));
