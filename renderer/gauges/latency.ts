import { stages, type LiveStats, type Quantiles, type Stage } from '../../electron/engine/contract/contract.js';

export type StageTime = {
  readonly stage: Stage;
  readonly time: Quantiles | null;
  /** Part of the work on one frame, 0..1; 0 where the time is not known. */
  readonly share: number;
};

export type FrameTime = {
  readonly stages: readonly StageTime[];
  /** Milliseconds of work on a usual frame, all known stages together; null if none is known. */
  readonly work: number | null;
  /**
   * Milliseconds from the file to the drawn boxes. The engine's end and the drawing are measured in
   * two processes, so their 95 % times are added: never less than the true figure.
   */
  readonly endToEnd: { readonly p50: number; readonly p95: number } | null;
  /** Milliseconds a usual frame lies ready while the next stage is busy; null if it is not known. */
  readonly waiting: number | null;
};

/** Where the time of one frame goes. `draw` is what the page measured itself. */
export const frameTime = (latency: LiveStats['latency'], draw: Quantiles | null): FrameTime => {
  const times = stages.map((stage) => ({ stage, time: stage === 'draw' ? draw : latency[stage] }));
  const known = times.filter(({ time }) => time !== null);
  const work = known.reduce((sum, { time }) => sum + (time?.p50 ?? 0), 0);
  const engineWork = known.reduce((sum, { stage, time }) => sum + (stage === 'draw' ? 0 : (time?.p50 ?? 0)), 0);
  const engine = latency.endToEnd;
  return {
    // Drawing alone says nothing of how the work is shared.
    stages: times.map(({ stage, time }) => ({ stage, time, share: time !== null && engineWork > 0 ? time.p50 / work : 0 })),
    work: known.length > 0 ? work : null,
    endToEnd: engine && { p50: engine.p50 + (draw?.p50 ?? 0), p95: engine.p95 + (draw?.p95 ?? 0) },
    waiting: engine && Math.max(0, engine.p50 - engineWork),
  };
};
