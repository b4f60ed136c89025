import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { find } from './programs.ts';

/** PEM files of an authority made for a test and of a server that it vouches for, good for a day. */
export interface Certificates {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
  remove(): void;
}

const openssl = find('openssl');
export const certificatesCanBeMade = openssl !== null;

/** @param name what the certificate is of, as an alternative name: IP:127.0.0.1, DNS:lab */
export function makeCertificates(name: string): Certificates {
  const folder = mkdtempSync(join(tmpdir(), 'scattershot-tls-'));
  chmodSync(folder, 0o755);
  const path = (file: string) => join(folder, file);
  const request = (files: string, ...more: string[]) =>
    execFileSync(
      openssl as string,
      [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc', '-days', '1'],
        ...['-keyout', path(`${files}.key`), '-out', path(`${files}.pem`), ...more],
      ],
      { stdio: 'ignore' },
    );
  request('authority', '-subj', '/CN=authority of a test');
  const signed = ['-CA', path('authority.pem'), '-CAkey', path('authority.key')];
  request('server', '-subj', '/CN=server of a test', '-addext', `subjectAltName=${name}`, ...signed);
  return {
    authority: path('authority.pem'),
    certificate: path('server.pem'),
    key: path('server.key'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
