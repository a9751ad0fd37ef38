/**
 * Boxes and labels as events of an ASS script, which libass draws into the picture. A box is a filled
 * rectangle with its inside clipped away, so that only its edge is ever touched: several times
 * faster than an outline as a path.
 */
import {
  classColour, detectionStride, textOn, type DetectionFilter, type DisplayPx, type Size,
} from '../contract/contract.js';

/** What is drawn, and how large. */
export type Look = {
  readonly size: Size<DisplayPx>;
  readonly classes: readonly string[];
  readonly filter: DetectionFilter;
  readonly labels: boolean;
  readonly scores: boolean;
};

type Measures = { readonly line: number; readonly halo: number; readonly font: number; readonly padding: number };

export const fontFamily = 'Inter SemiBold';
/** Width of an average letter as part of the font's size, and of a letter of a wide script. */
const letterWidth = 0.6;
const wideLetterWidth = 1;
const longestName = 48;

/** Whole pixels, so that lines are sharp. */
export const measures = ({ height }: Size): Measures => {
  const line = Math.max(2, Math.round(height / 420));
  const font = Math.max(12, Math.round(height / 42));
  return { line, halo: Math.max(1, Math.round(line / 2)), font, padding: Math.max(2, Math.round(font / 8)) };
};

/** #rrggbb as ASS writes colours, blue first. */
const assColour = (hex: string): string => `${hex.slice(5, 7)}${hex.slice(3, 5)}${hex.slice(1, 3)}`.toUpperCase();

/**
 * A name as plain text: class names come from model files and must not be able to give libass
 * commands. Braces and backslashes become their likes; controls and direction marks become blanks.
 */
export const plainText = (name: string): string => {
  const clean = name
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ')
    .replaceAll('{', '(').replaceAll('}', ')').replaceAll('\\', '/')
    .trim();
  const letters = Array.from(clean);
  return letters.length > longestName ? `${letters.slice(0, longestName - 1).join('')}…` : clean;
};

const textWidth = (text: string, font: number): number => {
  let width = 0;
  for (const letter of text) width += (letter.codePointAt(0) ?? 0) < 0x1100 ? letterWidth : wideLetterWidth;
  return width * font;
};

/** Colour of a class as drawn; see `colours.ts`. */
export type Paint = (hex: string) => string;

/** Everything of the script before its events. `paint` adapts colours to the picture. */
export const scriptHead = (look: Look, paint: Paint): string => {
  const { font, padding, halo } = measures(look.size);
  const colours = new Set(look.classes.map(classColour));
  const styles = [...colours].flatMap((colour) => {
    const fill = assColour(paint(colour));
    const text = assColour(paint(textOn(colour)));
    const dark = assColour(paint('#101010'));
    const style = (name: string, primary: string, outline: string, border: string): string =>
      `Style: ${name}${styleName(colour)},${fontFamily},${font},&H00${primary},&H00${primary},${outline},&HFF000000,0,0,0,0,100,100,0,0,${border},0,7,0,0,0,1`;
    // Border style 3 is a plate behind the text; its colour is the outline's.
    return [style('B', fill, `&H60${dark}`, `1,${halo}`), style('L', text, `&H00${fill}`, `3,${padding}`)];
  });
  return [
    '[Script Info]', 'ScriptType: v4.00+', `PlayResX: ${look.size.width}`, `PlayResY: ${look.size.height}`,
    'ScaledBorderAndShadow: yes', 'WrapStyle: 2', 'YCbCr Matrix: None', '',
    '[V4+ Styles]',
    'Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, '
    + 'ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding',
    ...styles, '',
    '[Events]', 'Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text', '',
  ].join('\n');
};

const styleName = (colour: string): string => colour.slice(1);

export type EventTimes = { readonly from: string; readonly to: string };

/** Whether a detection (at `at` in packed boxes) is to be drawn. */
const isShown = (boxes: Float32Array, at: number, { minScore, hiddenClasses }: DetectionFilter): boolean =>
  (boxes[at + 4] ?? 0) >= minScore && !hiddenClasses.includes(boxes[at + 5] ?? -1);

/** Detections that pass the filter. */
export const countShown = (boxes: Float32Array, filter: DetectionFilter): number => {
  let count = 0;
  for (let at = 0; at < boxes.length; at += detectionStride) if (isShown(boxes, at, filter)) count++;
  return count;
};

/** The events of one frame. `boxes` are packed, display pixels; those found most surely are drawn last, on top. */
export const frameEvents = (boxes: Float32Array, look: Look, times: EventTimes): string => {
  const measure = measures(look.size);
  let events = '';
  for (let at = boxes.length - detectionStride; at >= 0; at -= detectionStride) {
    if (isShown(boxes, at, look.filter)) events += detectionEvents(boxes, at, look, measure, times);
  }
  return events;
};

const clamp = (value: number, high: number): number => Math.max(0, Math.min(high, value));

const detectionEvents = (boxes: Float32Array, at: number, look: Look, measure: Measures, times: EventTimes): string => {
  const { width, height } = look.size;
  const { line } = measure;
  const name = look.classes[boxes[at + 5] ?? -1] ?? `class ${boxes[at + 5] ?? -1}`;
  const style = styleName(classColour(name));
  // The line lies half outside and half inside of the box, and stays in the picture.
  const edge = (value: number, high: number): number => Math.round(clamp(value, high));
  const left = edge((boxes[at] ?? 0) - line / 2, width - line);
  const top = edge((boxes[at + 1] ?? 0) - line / 2, height - line);
  const right = Math.max(left + line, edge((boxes[at + 2] ?? 0) + line / 2, width));
  const bottom = Math.max(top + line, edge((boxes[at + 3] ?? 0) + line / 2, height));
  const hollow = right - left > 2 * line && bottom - top > 2 * line
    ? `\\iclip(${left + line},${top + line},${right - line},${bottom - line})` : '';
  const start = `${times.from},${times.to}`;
  const [w, h] = [right - left, bottom - top];
  const box = `Dialogue: 0,${start},B${style},,0,0,0,,{\\pos(${left},${top})${hollow}\\p1}m 0 0 l ${w} 0 ${w} ${h} 0 ${h}\n`;
  if (!look.labels) return box;
  const score = look.scores ? `${name === '' ? '' : ' '}${(boxes[at + 4] ?? 0).toFixed(2)}` : '';
  const text = `${plainText(name)}${score}`;
  if (text === '') return box;
  return `${box}Dialogue: 1,${start},L${style},,0,0,0,,{${labelPlace(text, left, top, look.size, measure)}}${text}\n`;
};

/** Above the box, or inside it at the top of the picture; flush right where it would leave the picture. */
const labelPlace = (text: string, left: number, top: number, size: Size, { font, padding, halo }: Measures): string => {
  const plate = font + 2 * padding;
  const y = Math.max(0, top - plate - halo >= 0 ? top - plate - halo : Math.min(top + halo, size.height - plate)) + padding;
  const flushRight = left + textWidth(text, font) + 2 * padding > size.width;
  return flushRight ? `\\an9\\pos(${size.width - padding},${y})` : `\\pos(${left + padding},${y})`;
};
