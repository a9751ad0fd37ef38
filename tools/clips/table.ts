export type Clip = {
  readonly file: string;
  /** What can be seen in which frames (both ends included; to the end where none is said), looked up by eye. */
  readonly there: readonly { readonly name: string; readonly frames: readonly (readonly [from: number, to: number | null])[] }[];
  /** Further things that are in the picture: finding them is not wrong. */
  readonly also: readonly string[];
  readonly credit: string;
};

const intel = 'Intel Corporation, sample-videos, CC BY 4.0';
const always = [[0, null]] as const;

/** A thing counts as there while it covers a fiftieth of the picture. */
export const clips: readonly Clip[] = [
  { file: 'car-detection.mp4', there: [{ name: 'car', frames: [[57, 105], [185, 236], [317, 346]] }], also: [], credit: intel },
  {
    file: 'one-by-one-person-detection.mp4',
    there: [{ name: 'person', frames: [[61, 201], [228, 451], [503, 703], [746, 873], [922, 1205], [1235, 1365]] }],
    also: ['dining table', 'tv'], credit: intel,
  },
  { file: 'bottle-detection.mp4', there: [{ name: 'bottle', frames: always }], also: [], credit: intel },
  { file: 'walk.mkv', there: [{ name: 'person', frames: always }], also: ['chair', 'tv'], credit: intel },
  { file: 'highway.mp4', there: [{ name: 'car', frames: always }], also: ['truck'], credit: 'Udacity, MIT' },
];
