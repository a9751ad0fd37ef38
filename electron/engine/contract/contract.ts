/** The border between page and engine, in one import. */
export * from './units.js';
export * from './errors.js';
export * from './types.js';
export * from './detections.js';
export * from './palette.js';
export * from './protocol.js';
export * from './frames.js';
export * from './desktop.js';
export * from './lab.js';
export * from './lab-table.js';
export * from './faster.js';
export * from './model-figures.js';
