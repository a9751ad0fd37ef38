/** A share 0..1 in whole per cent, never 100 before it is whole. */
export const percent = (share: number): string => `${share >= 1 ? 100 : Math.floor(Math.min(0.99, Math.max(0, share)) * 100)} %`;
