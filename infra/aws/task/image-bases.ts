/** An image that `infra/Dockerfile` builds on, as its `FROM` names it. */
export interface Base {
  /** `registry/repository:tag`; without a registry, Docker Hub's. */
  readonly image: string;
  /** `sha256:…` of what the tag stood for when it was pinned. */
  readonly digest?: string | undefined;
}

/** The bundle of authorities, which is fetched while the image is built. */
const bundle = /^ADD ((?:--checksum=\S+ )?)(--chmod=\d+) (https:\/\/\S+)/m;
const fromLine = /^FROM ([^\s@]+:[^\s@]+)(?:@(sha256:[0-9a-f]{64}))?( AS \S+)$/gm;

export const basesOf = (dockerfile: string): Base[] =>
  [...dockerfile.matchAll(fromLine)].map(([, image = '', digest]) => ({ image, digest }));

/** Where the bundle of authorities is fetched from. Throws for a Dockerfile that fetches none. */
export function bundleUrl(dockerfile: string): string {
  const url = bundle.exec(dockerfile)?.[3];
  if (url === undefined) throw new Error('infra/Dockerfile fetches no bundle of authorities by ADD');
  return url;
}

/**
 * What may be something else at the next build: images without a digest, and the bundle without a checksum.
 */
export const unpinned = (dockerfile: string): string[] => [
  ...basesOf(dockerfile).flatMap((it) => (it.digest === undefined ? [it.image] : [])),
  ...(bundle.exec(dockerfile)?.[1] === '' ? [bundleUrl(dockerfile)] : []),
];

/** The Dockerfile with these digests, by image, and the bundle's SHA-256 in hex. */
export const pinned = (dockerfile: string, digests: ReadonlyMap<string, string>, checksum: string): string =>
  dockerfile
    .replace(fromLine, (line, image: string, _digest, as: string) => {
      const digest = digests.get(image);
      return digest === undefined ? line : `FROM ${image}@${digest}${as}`;
    })
    .replace(bundle, (_line, _checksum, mode: string, url: string) =>
      [`ADD --checksum=sha256:${checksum}`, mode, url].join(' '),
    );
