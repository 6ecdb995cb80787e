import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A private authority, `<name>.pem`, and a certificate for this machine that it signed: `<name>-server.pem`
 * with its key `<name>-server.key`, good for two days.
 */
export function makeAuthority(folder: string, name: string): void {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  openssl('req', '-x509', ...newKey, '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.pem`);
  writeFileSync(join(folder, 'names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1');
  const asked = ['-subj', '/CN=localhost', '-keyout', `${name}-server.key`, '-out', `${name}.csr`];
  openssl('req', ...newKey.slice(0, 4), '-nodes', ...asked);
  const signer = ['-CA', `${name}.pem`, '-CAkey', `${name}.key`, '-CAcreateserial', '-days', '2'];
  openssl('x509', '-req', '-in', `${name}.csr`, ...signer, '-extfile', 'names', '-out', `${name}-server.pem`);
}
