/** Of a stand-in, so that whoever builds on it knows. */
export const standInLabel = 'matchmaking-fleet.stand-in';

/** What each target of the Dockerfile beside this stands in for. */
export const baseNames = {
  valkey: 'valkey/valkey:9.1',
  moto: 'motoserver/moto:5.1.18',
  documentdb: 'ghcr.io/documentdb/documentdb/documentdb-local:pg17-1.0.0',
  node: 'node:24.21.0-trixie-slim',
  distroless: 'gcr.io/distroless/nodejs24-debian13:nonroot',
} as const;
