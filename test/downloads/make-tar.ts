/** A POSIX ustar archive; names of at most 100 bytes, or of 255 with a slash where they can be cut. */
export function makeTar(files: readonly (readonly [name: string, content: string | Uint8Array])[]): Buffer {
  const blocks: Buffer[] = [];
  for (const [name, content] of files) {
    const bytes = typeof content === 'string' ? Buffer.from(content, 'latin1') : Buffer.from(content);
    const cut = name.length > 100 ? name.lastIndexOf('/', 154) : -1;
    const header = Buffer.alloc(512);
    header.write(name.slice(cut + 1), 0, 100, 'latin1');
    header.write('0000644\x000000000\x000000000\x00', 100, 'latin1');
    header.write(`${bytes.length.toString(8).padStart(11, '0')}\x00`, 124, 'latin1');
    header.write('00000000000\x00        0', 136, 'latin1');
    header.write('ustar\x0000', 257, 'latin1');
    if (cut > 0) header.write(name.slice(0, cut), 345, 155, 'latin1');
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\x00 `, 148, 'latin1');
    blocks.push(header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512));
  }
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}
