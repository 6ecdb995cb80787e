import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { basesOf, bundleUrl, pinned } from '../task/image-bases.ts';
import { digestOf } from './registry.ts';

const usage = `Usage: npm run pin-bases

Asks the registries what the tags in infra/Dockerfile stand for today, fetches Amazon's bundle of authorities, and writes
the digests and the bundle's checksum into the file. Production is not deployed without. Run it again to take newer bases;
the next deployment builds the image anew. Needs a way to the registries and to truststore.pki.rds.amazonaws.com.`;

if (process.argv.includes('--help')) {
  console.log(usage);
  process.exit(0);
}
const file = new URL('../../Dockerfile', import.meta.url);
const before = await readFile(file, 'utf8');
try {
  const images = basesOf(before).map((it) => it.image);
  const digests = new Map(await Promise.all(images.map(async (it) => [it, await digestOf(it)] as const)));
  const answer = await fetch(bundleUrl(before), { signal: AbortSignal.timeout(60_000) });
  if (!answer.ok) throw new Error(`${bundleUrl(before)} answered ${answer.status}`);
  const checksum = createHash('sha256')
    .update(Buffer.from(await answer.arrayBuffer()))
    .digest('hex');
  const after = pinned(before, digests, checksum);
  await writeFile(file, after);
  for (const [image, digest] of digests) console.log(`${image}  ${digest}`);
  console.log(`${bundleUrl(before)}  sha256:${checksum}`);
  console.log(after === before ? 'infra/Dockerfile is as it was.' : 'infra/Dockerfile is written.');
} catch (error) {
  console.error(`Nothing was written: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
