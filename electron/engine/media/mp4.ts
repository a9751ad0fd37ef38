/** The little of MP4 that is read here: which codecs an initialisation segment announces. */

type Box = { readonly type: string; readonly start: number; readonly end: number };

/** The boxes lying whole in `data` between two places. */
const boxesIn = (data: Buffer, from: number, to: number): Box[] => {
  const boxes: Box[] = [];
  for (let at = from; at + 8 <= to;) {
    const size = data.readUInt32BE(at);
    if (size < 8 || at + size > to) break;
    boxes.push({ type: data.toString('latin1', at + 4, at + 8), start: at + 8, end: at + size });
    at += size;
  }
  return boxes;
};

const hex = (value: number): string => value.toString(16).padStart(2, '0');

/** Bytes between a sample entry's start and the boxes in it. */
const sampleEntryHead: Readonly<Record<string, number>> = { avc1: 78, mp4a: 28 };

const codecOf = (data: Buffer, entry: Box): string | null => {
  if (entry.type === 'mp4a') return 'mp4a.40.2';
  const inner = boxesIn(data, entry.start + (sampleEntryHead[entry.type] ?? 0), entry.end).find(({ type }) => type === 'avcC');
  if (!inner) return null;
  const [profile = 0, constraints = 0, level = 0] = data.subarray(inner.start + 1, inner.start + 4);
  return `avc1.${hex(profile)}${hex(constraints)}${hex(level)}`;
};

const child = (data: Buffer, parent: Box | undefined, type: string): Box | undefined =>
  parent && boxesIn(data, parent.start, parent.end).find((box) => box.type === type);

/** The MIME type with codecs of a fragmented H.264/AAC MP4, once its whole `moov` is there; null before. */
export const initSegment = (data: Buffer): string | null => {
  const moov = boxesIn(data, 0, data.length).find(({ type }) => type === 'moov');
  if (!moov) return null;
  const codecs = boxesIn(data, moov.start, moov.end).filter(({ type }) => type === 'trak').flatMap((trak) => {
    const table = child(data, child(data, child(data, trak, 'mdia'), 'minf'), 'stbl');
    const description = child(data, table, 'stsd');
    const entry = description && boxesIn(data, description.start + 8, description.end)[0];
    return (entry && codecOf(data, entry)) ?? [];
  });
  return `video/mp4; codecs="${codecs.join(', ')}"`;
};
