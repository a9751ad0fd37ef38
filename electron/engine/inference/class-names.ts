/** Names of the classes of well-known data sets, in the order of their numbers. */
const coco80 = (
  'person,bicycle,car,motorcycle,airplane,bus,train,truck,boat,traffic light,fire hydrant,stop sign,parking meter,bench,bird,cat,dog,horse,'
  + 'sheep,cow,elephant,bear,zebra,giraffe,backpack,umbrella,handbag,tie,suitcase,frisbee,skis,snowboard,sports ball,kite,baseball bat,'
  + 'baseball glove,skateboard,surfboard,tennis racket,bottle,wine glass,cup,fork,knife,spoon,bowl,banana,apple,sandwich,orange,broccoli,'
  + 'carrot,hot dog,pizza,donut,cake,chair,couch,potted plant,bed,dining table,toilet,tv,laptop,mouse,remote,keyboard,cell phone,microwave,'
  + 'oven,toaster,sink,refrigerator,book,clock,vase,scissors,teddy bear,hair drier,toothbrush'
).split(',');

/** COCO's own numbers run from 1 to 90 and leave these out. */
const cocoGaps = new Set([12, 26, 29, 30, 45, 66, 68, 69, 71, 83]);

const coco90 = (): string[] => {
  let next = 0;
  return Array.from({ length: 90 }, (_, n) => (cocoGaps.has(n + 1) ? `unused ${n + 1}` : (coco80[next++] ?? '')));
};

const voc = 'aeroplane,bicycle,bird,boat,bottle,bus,car,cat,chair,cow,diningtable,dog,horse,motorbike,person,pottedplant,sheep,sofa,train,tvmonitor'.split(',');

export const nameLists: Readonly<Record<string, { readonly label: string; readonly names: readonly string[] }>> = {
  coco80: { label: 'COCO, 80 classes', names: coco80 },
  coco90: { label: 'COCO with its gaps, 90 classes', names: coco90() },
  coco91: { label: 'COCO with its gaps and a background, 91 classes', names: ['background', ...coco90()] },
  voc: { label: 'Pascal VOC, 20 classes', names: voc },
};

/** Names that stand for their numbers. */
export const numbered = (count: number): readonly string[] => Array.from({ length: count }, (_, n) => `class ${n}`);

/** The names in a Python dict as Ultralytics writes it: {0: 'person', 1: "driver's cab"}; null where there is none. */
const fromPythonDict = (text: string): readonly string[] | null => {
  const names: string[] = [];
  for (const [, number, single, double] of text.matchAll(/(\d+)\s*:\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/g)) {
    const at = Number(number);
    if (at > 10_000) return null;
    names[at] = (single ?? double ?? '').replace(/\\(.)/g, '$1');
  }
  return names.length > 0 ? Array.from(names, (name: string | undefined, n) => (name === undefined || name === '' ? `class ${n}` : name)) : null;
};

const fromJson = (text: string): readonly string[] | null => {
  try {
    const value: unknown = JSON.parse(text);
    const list: unknown[] = Array.isArray(value) ? value : typeof value === 'object' && value !== null ? Object.values(value) : [];
    return list.length > 0 && list.every((name): name is string => typeof name === 'string' && name !== '') ? list : null;
  } catch {
    return null;
  }
};

/** Class names from a model's metadata; null where there are none. */
export const namesFromMetadata = (metadata: Readonly<Record<string, string>>): readonly string[] | null => {
  for (const key of ['names', 'classes', 'labels', 'class_names']) {
    const text = metadata[key];
    if (text === undefined) continue;
    const names = fromJson(text) ?? fromPythonDict(text);
    if (names) return names;
  }
  return null;
};

/** Class names from an answer: a list's key, or the names, one a line (or between semicolons). */
export const namesFromAnswer = (answer: string, count: number | null): readonly string[] => {
  if (answer === 'numbers') return numbered(count ?? 100);
  const list = nameLists[answer];
  if (list) return list.names;
  return answer.split(/[\n;]/).map((name) => name.trim().slice(0, 200)).filter((name) => name !== '');
};
