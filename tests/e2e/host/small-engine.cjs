// An engine process of the smallest kind: speaks the wire, can be told to die. Started with fork.
'use strict';
const log = [];
let runs = 0;
const info = ({ video, path }) => {
  if (path.includes('vanished')) throw Object.assign(new Error(`file:${path}: No such file`), { kind: 'bad-input', hint: `Look into ${path.replace('vanished.mp4', 'x')} for ${path}.` });
  if (path.includes('not-a-video')) throw Object.assign(new Error('It is not a video.'), { kind: 'bad-input' });
  return {
    token: video, name: 'engine', fileSize: 1, container: 'mp4', codec: 'h264', pixelFormat: 'yuv420p', display: { width: 320, height: 240 },
    framesPerSecond: 25, duration: 1, audio: null, startTime: 0, playable: !path.includes('hevc'),
  };
};
const model = { id: 'm', name: 'm', classes: [], input: { width: 1, height: 1 }, head: 'ssd', licence: null, source: null, hash: '', fileSize: 0, shipped: true };
const provider = { asked: 'auto', running: 'cpu', reason: '', others: [] };
const send = (message) => process.send(message);
const handlers = {
  'host.configure': () => null,
  'host.open': info,
  'run.start': (args) => {
    const run = `${process.pid}-run-${String(++runs).padStart(16, '0')}`;
    if (args.model === 'deadly') process.exit(9);
    send({ event: 'stats', payload: { run, framesDone: 7 } });
    return { run, video: args.video, model, provider, mode: args.mode, state: { kind: 'running' }, analysed: [] };
  },
  'models.list': () => log.map((entry) => ({ ...model, name: JSON.stringify(entry) })),
  'video.frames': ({ video }) => {
    if (process.env.SMALL_ENGINE_HANG) return new Promise(() => undefined);
    return { times: Float64Array.from([0, 0.04, 0.08]), complete: true, video };
  },
  'video.thumbnail': () => Uint8Array.from([1, 2, 3]),
  'run.detections': () => ({
    index: Int32Array.from([0, 1]), time: Float64Array.from([0, 0.04]), offset: Int32Array.from([0, 0, 1]),
    boxes: Float32Array.from([1, 2, 3, 4, 0.5, 6]),
  }),
  'host.export': ({ path }) => {
    if (path.endsWith('full.mp4')) {
      const error = { kind: 'output', message: `${path.replace('full.mp4', '.vovision-1.part')} could not be written: the disk is full.` };
      send({ event: 'export', payload: { job: 'job-0123456789abcdef', state: 'failed', error } });
      return 'job-0123456789abcdef';
    }
    if (path.endsWith('slow.mp4')) {
      send({ event: 'export', payload: { job: 'job-0123456789abcdef', state: 'running', framesDone: 3, outputName: 'slow.mp4', error: null } });
      return 'job-0123456789abcdef';
    }
    require('fs').writeFileSync(path, 'a clip');
    send({ event: 'export', payload: { job: 'job-0123456789abcdef', state: 'done', outputName: path, error: null } });
    return 'job-0123456789abcdef';
  },
  'run.playhead': ({ run, time }) => {
    send({ event: 'provider', payload: { run, info: time } });
    return null;
  },
  'export.cancel': () => process.exit(9),
};
process.on('message', async ({ id, name, args }) => {
  log.push({ name, args });
  try {
    send({ id, ok: true, value: await (handlers[name] ? handlers[name](args) : null) });
  } catch (error) {
    send({ id, ok: false, error: { kind: error.kind || 'internal', message: error.message, hint: error.hint } });
  }
});
process.on('disconnect', () => process.exit(0));
