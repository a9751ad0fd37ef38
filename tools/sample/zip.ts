import { crc32 } from 'node:zlib';

/** A zip file whose members are stored as they are: right for pictures, which are packed already. */
export const zipOf = (members: readonly (readonly [name: string, bytes: Uint8Array])[]): Buffer => {
  const [parts, directory]: [Buffer[], Buffer[]] = [[], []];
  let at = 0;
  for (const [name, bytes] of members) {
    const title = Buffer.from(name);
    // From the version needed to the length of the name; the two kinds of header share it. 0x21 is the first day of 1980.
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x21, 8);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(bytes.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(title.length, 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(at, 10);
    directory.push(Buffer.from('PK\u0001\u0002\u0014\0', 'latin1'), common, place, title);
    parts.push(Buffer.from('PK\u0003\u0004', 'latin1'), common, title, Buffer.from(bytes));
    at += 30 + title.length + bytes.length;
  }
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006', 'latin1');
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(directory.reduce((sum, part) => sum + part.length, 0), 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, ...directory, end]);
};
