import { useEffect, useState } from 'react';
import { app, useApp } from '../state/store.js';
import { pannedSpan, type Span } from './scale.js';

/**
 * The span on show: the whole video until the user zooms. Zoomed, it turns over like a page when the
 * playhead leaves it.
 */
export const useSpan = (): readonly [Span, boolean, (change: (span: Span, end: number) => Span | null) => void] => {
  const end = useApp((now) => Math.max(now.end, 0.001));
  const current = useApp((now) => now.current);
  const [zoomed, setZoomed] = useState<{ readonly span: Span; readonly video: string | null } | null>(null);
  const own = zoomed?.video === current && zoomed.span.to <= end + 1e-6 ? zoomed.span : null;
  const span = own ?? { from: 0, to: end };

  useEffect(() => app.subscribe((now, before) => {
    if (now.time === before.time) return;
    setZoomed((old) => {
      if (old === null || (now.time >= old.span.from && now.time <= old.span.to)) return old;
      const length = old.span.to - old.span.from;
      return { ...old, span: pannedSpan(old.span, Math.max(now.end, 0.001), now.time - old.span.from - length * 0.1) };
    });
  }), []);

  const change = (next: (span: Span, end: number) => Span | null): void => {
    const changed = next(span, end);
    const whole = changed === null || changed.to - changed.from >= end * 0.999;
    setZoomed(whole ? null : { span: changed, video: current });
  };
  return [span, own !== null, change];
};
