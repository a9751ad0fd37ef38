export const timelineWords = {
  label: 'Timeline',
  place: (time: string, frame: string) => `${time}, frame ${frame}`,
  analysed: 'analysed',
  analysedMeaning: (percent: string) => `${percent} of all frames are analysed`,
  others: (count: number) => `${count} more`,
  below: (name: string, confidence: string) => `${name}: seen below ${confidence} only`,
  atOnce: (name: string, count: number) => `${name}: ${count} at once at most`,
  markIn: 'Beginning of the marked part',
  markOut: 'End of the marked part',
  whole: 'Whole video',
  nothing: 'Objects appear here as the video is analysed.',
} as const;
