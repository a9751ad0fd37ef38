import { memo } from 'react';
import { corners, type Mark, type Scene } from './scene.js';

const One = ({ mark }: { readonly mark: Mark }) => {
  const dash = 'dash' in mark && mark.dash.length > 0 ? mark.dash.join(' ') : undefined;
  const opacity = 'opacity' in mark ? mark.opacity : undefined;
  switch (mark.kind) {
    case 'rect':
      return <rect data-ink={mark.ink} x={mark.x} y={mark.y} width={mark.width} height={mark.height} rx={Math.min(mark.radius ?? 0, mark.width / 2)} fill="currentColor" opacity={opacity} />;
    case 'line':
      return <line data-ink={mark.ink} x1={mark.x1} y1={mark.y1} x2={mark.x2} y2={mark.y2} stroke="currentColor" strokeWidth={mark.weight ?? 1} strokeDasharray={dash} />;
    case 'path':
      return <polyline data-ink={mark.ink} points={mark.points.map((point) => point.join(',')).join(' ')} fill="none" stroke="currentColor" strokeWidth={mark.weight} strokeLinejoin="round" strokeDasharray={dash} />;
    case 'point': {
      const paint = mark.hollow === true ? { fill: 'none', stroke: 'currentColor', strokeWidth: 1.5 } : { fill: 'currentColor' };
      return mark.shape === 'circle'
        ? <circle data-ink={mark.ink} cx={mark.x} cy={mark.y} r={mark.radius} opacity={opacity} {...paint} />
        : <polygon data-ink={mark.ink} points={corners(mark.shape, mark.x, mark.y, mark.radius).map((point) => point.join(',')).join(' ')} opacity={opacity} {...paint} />;
    }
    case 'text':
      return <text data-ink={mark.ink} x={mark.x} y={mark.y} dy="0.36em" fontSize={mark.size} fontWeight={mark.strong === true ? 560 : undefined} textAnchor={mark.anchor} fill="currentColor">{mark.text}</text>;
  }
};

/** Everything of a scene that is seen. */
export const Marks = memo(({ scene }: { readonly scene: Scene }) => (
  <>
    {scene.marks.map((mark, n) => <One key={n} mark={mark} />)}
  </>
));
Marks.displayName = 'Marks';
