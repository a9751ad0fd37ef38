/** What the paper says of a whole detector with this network; null where it says nothing. */
export type PaperFigures = {
  readonly subject: string;
  readonly title: string;
  readonly framesPerSecond: number;
  /** 10^9 multiply-adds a second. */
  readonly computation: number;
  readonly megabytes: number;
  readonly joulesPerImage: number;
  /** 10^9. */
  readonly multiplyAdds: number;
  /** 10^6. */
  readonly parameters: number;
};

export const paperFigures: readonly PaperFigures[] = [];
