import { Worker } from 'bullmq';

/**
 * Started with an IPC channel by the fleet bench: does nothing with the jobs of one queue, as fast as BullMQ
 * can.
 */
const [redisUrl = '', queue = '', prefix = '', concurrency = ''] = process.argv.slice(2);
const worker = new Worker(queue, async () => undefined, {
  connection: { url: redisUrl },
  prefix,
  concurrency: Number(concurrency),
});
worker.on('error', (error) => console.error(error));
process.once('disconnect', () => process.exit());
await worker.waitUntilReady();
process.send?.('ready');
