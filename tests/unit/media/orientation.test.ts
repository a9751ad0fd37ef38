import { describe, expect, it } from 'vitest';
import { orientationOf } from '../../../electron/engine/media/probe.js';
import { parseReport, type ReportedStream } from '../../../electron/engine/media/report.js';

const one = 65536;

/** A stream as ffprobe reports it, with this display matrix printed and this tag. */
const streamWith = (displaymatrix: unknown, rotate?: string): ReportedStream => {
  const stream = parseReport(JSON.stringify({
    streams: [{ index: 0, codec_type: 'video', side_data_list: [{ side_data_type: 'Display Matrix', displaymatrix }], tags: rotate === undefined ? {} : { rotate } }],
    format: { format_name: 'mov' },
  }))?.streams[0];
  if (stream === undefined) throw new Error('no stream');
  return stream;
};

const printed = (a: number, b: number, c: number, d: number): string =>
  `\n00000000: ${[a, b, 0].map((value) => String(value).padStart(11)).join(' ')}\n00000001: ${[c, d, 0].map((value) => String(value).padStart(11)).join(' ')}\n00000002:           0           0  1073741824\n`;

describe('how a picture is shown', () => {
  it.each([
    [one, 0, 0, one, 0, false], [0, one, -one, 0, 90, false], [-one, 0, 0, -one, 180, false], [0, -one, one, 0, 270, false],
    [-one, 0, 0, one, 0, true], [0, -one, -one, 0, 90, true], [one, 0, 0, -one, 180, true], [0, one, one, 0, 270, true],
  ] as const)('by the matrix %i %i %i %i: %i degrees, mirrored %s', (a, b, c, d, rotation, mirrored) => {
    expect(orientationOf(streamWith(printed(a, b, c, d)))).toEqual({ rotation, mirrored });
    // Larger or smaller, it is turned the same way; the tag of older files says nothing beside a matrix.
    expect(orientationOf(streamWith(printed(a * 3, b * 3, c * 3, d * 3), '90'))).toEqual({ rotation, mirrored });
  });

  it.each([[printed(46341, 46341, -46341, 46341), 'an eighth turn'], [printed(0, 0, 0, 0), 'nothing at all']])('stays as stored where the matrix is no quarter turn: %#', (matrix) => {
    expect(orientationOf(streamWith(matrix))).toEqual({ rotation: 0, mirrored: false });
  });

  it.each([[''], ['00000000: what ever this is'], [`00000000: ${one} 0 0`], [17], [null], ['00000000: 1e999 0 0\n00000001: 0 1 0\n']])('is what the tag says where the matrix is not one: %j', (matrix) => {
    expect(orientationOf(streamWith(matrix, '270'))).toEqual({ rotation: 270, mirrored: false });
    expect(orientationOf(streamWith(matrix))).toEqual({ rotation: 0, mirrored: false });
  });
});
