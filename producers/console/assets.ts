import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';

/** A file beside the one that a package names. */
const ofPackage = (name: string, file: string) => new URL(file, import.meta.resolve(name));
const ofOurs = (file: string) => new URL(`page/${file}`, import.meta.url);

const assets = [
  ['/console.css', 'text/css; charset=utf-8', ofOurs('console.css')],
  ['/console.js', 'text/javascript; charset=utf-8', ofOurs('console.js')],
  ['/charts.js', 'text/javascript; charset=utf-8', ofOurs('charts.js')],
  ['/lib/uplot.js', 'text/javascript; charset=utf-8', ofPackage('uplot', 'uPlot.iife.min.js')],
  ['/lib/uplot.css', 'text/css; charset=utf-8', ofPackage('uplot', 'uPlot.min.css')],
  ['/lib/idiomorph.js', 'text/javascript; charset=utf-8', ofPackage('idiomorph', 'idiomorph.min.js')],
] as const;

/** What pages load: files by name, never a folder. */
export function serveAssets(app: FastifyInstance): void {
  for (const [path, type, file] of assets) {
    const content = readFileSync(file);
    app.get(path, (_request, reply) =>
      reply.header('cache-control', 'private, max-age=300').type(type).send(content),
    );
  }
}
