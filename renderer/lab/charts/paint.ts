import { corners, type Ink, type Mark, type Place, type Scene } from './scene.js';

export type Colours = Readonly<Record<Ink, string>>;

const variable: Readonly<Record<Ink, string>> = {
  surface: '--surface', line: '--line', strong: '--outline', text: '--text', muted: '--text-muted', faint: '--text-faint', ghost: '--chart-ghost', band: '--chart-band',
  series1: '--series-1', series2: '--series-2', series3: '--series-3', series4: '--series-4', series5: '--series-5', series6: '--series-6',
};

/** The colours of the theme that `element` is shown in. */
export const coloursOf = (element: Element): Colours => {
  const style = getComputedStyle(element);
  return Object.fromEntries(Object.entries(variable).map(([ink, name]) => [ink, style.getPropertyValue(name).trim()])) as Colours;
};

const family = "'Inter Variable', system-ui, sans-serif";
export const fontOf = (size: number, strong = false): string => `${strong ? 560 : 420} ${size}px ${family}`;

const ruler = typeof document === 'undefined' ? null : document.createElement('canvas').getContext('2d');
const widths = new Map<string, number>();

/** Widths measured before the page's own font was there are wrong. */
export const forgetMeasures = (): void => widths.clear();

export const measureText: Place['measure'] = (text, size, strong = false) => {
  const key = `${size}|${strong ? 1 : 0}|${text}`;
  const known = widths.get(key);
  if (known !== undefined) return known;
  if (ruler === null) return text.length * size * 0.6;
  ruler.font = fontOf(size, strong);
  const { width } = ruler.measureText(text);
  if (widths.size > 5000) widths.clear();
  widths.set(key, width);
  return width;
};

const outline = (context: CanvasRenderingContext2D, points: readonly (readonly [number, number])[]): void => {
  context.beginPath();
  points.forEach(([x, y], n) => (n === 0 ? context.moveTo(x, y) : context.lineTo(x, y)));
};

const paintMark = (context: CanvasRenderingContext2D, mark: Mark, colours: Colours): void => {
  const colour = colours[mark.ink];
  context.fillStyle = colour;
  context.strokeStyle = colour;
  context.globalAlpha = 'opacity' in mark ? mark.opacity : 1;
  context.setLineDash('dash' in mark ? [...mark.dash] : []);
  switch (mark.kind) {
    case 'rect':
      context.beginPath();
      context.roundRect(mark.x, mark.y, mark.width, mark.height, Math.min(mark.radius ?? 0, mark.width / 2, mark.height / 2));
      context.fill();
      break;
    case 'line':
      context.lineWidth = mark.weight ?? 1;
      outline(context, [[mark.x1, mark.y1], [mark.x2, mark.y2]]);
      context.stroke();
      break;
    case 'path':
      context.lineWidth = mark.weight;
      context.lineJoin = 'round';
      outline(context, mark.points);
      context.stroke();
      break;
    case 'point':
      if (mark.shape === 'circle') {
        context.beginPath();
        context.arc(mark.x, mark.y, mark.radius, 0, 2 * Math.PI);
      } else {
        outline(context, corners(mark.shape, mark.x, mark.y, mark.radius));
        context.closePath();
      }
      context.lineWidth = 1.5;
      if (mark.hollow === true) context.stroke();
      else context.fill();
      break;
    case 'text':
      context.font = fontOf(mark.size, mark.strong);
      context.textAlign = mark.anchor === 'middle' ? 'center' : mark.anchor;
      context.textBaseline = 'middle';
      context.fillText(mark.text, mark.x, mark.y);
      break;
  }
  context.globalAlpha = 1;
};

export type Picture = { readonly scene: Scene; readonly title: string; readonly caption: string; readonly machine: string; readonly colours: Colours; readonly text: number };

const edge = 24;
/** Device pixels per CSS pixel of a picture. */
export const pictureScale = 2;

/** A chart as PNG, twice as fine as on screen, with what it shows above it and where it was measured below. */
export const paintPicture = async ({ scene, title, caption, machine, colours, text }: Picture): Promise<Blob> => {
  const head = caption === '' ? 32 : 52;
  const foot = machine === '' ? 0 : 28;
  const canvas = document.createElement('canvas');
  canvas.width = Math.round((scene.width + 2 * edge) * pictureScale);
  canvas.height = Math.round((scene.height + head + foot + 2 * edge) * pictureScale);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('The picture is too large to be drawn.');
  context.scale(pictureScale, pictureScale);
  context.fillStyle = colours.surface;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.translate(edge, edge);
  const line = (words: string, y: number, size: number, ink: Ink, strong = false): void =>
    paintMark(context, { kind: 'text', x: 0, y, text: words, size, ink, anchor: 'start', strong }, colours);
  line(title, 9, text + 3, 'text', true);
  if (caption !== '') line(caption, 32, text, 'muted');
  context.save();
  context.translate(0, head);
  for (const mark of scene.marks) paintMark(context, mark, colours);
  context.restore();
  if (machine !== '') line(machine, head + scene.height + 20, text - 1, 'muted');
  return new Promise((done, fail) => canvas.toBlob((blob) => (blob === null ? fail(new Error('The picture could not be made.')) : done(blob)), 'image/png'));
};
