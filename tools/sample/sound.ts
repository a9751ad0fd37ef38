import { random } from './math.js';

const RATE = 44_100;

/** One-pole low pass; `cut` in hertz. */
const lowPass = (cut: number): ((x: number) => number) => {
  const k = 1 - Math.exp((-2 * Math.PI * cut) / RATE);
  let y = 0;
  return (x) => (y += k * (x - y));
};

/** A passing or starting vehicle: when it is nearest (s), how long it is heard (s), loudness 0..1, engine pitch (Hz), side -1..1. */
const PASSES = [
  { at: 1.2, width: 2.2, loud: 0.35, pitch: 62, side: 0.1 },
  { at: 6.6, width: 1.6, loud: 0.6, pitch: 58, side: -0.5 },
  { at: 7.4, width: 1.5, loud: 0.5, pitch: 71, side: 0.2 },
  { at: 9.1, width: 1.9, loud: 0.9, pitch: 38, side: -0.7 },
  { at: 9.8, width: 1.3, loud: 0.55, pitch: 66, side: 0.1 },
] as const;

/** Stereo 16-bit WAV of a street: a far city hum, engines that pass, footsteps, and a few birds. */
export const ambience = (seed: number, seconds: number): Uint8Array => {
  const roll = random(seed ^ 0x50d);
  const count = Math.round(seconds * RATE);
  const mixed = [new Float32Array(count), new Float32Array(count)] as const;
  const add = (i: number, value: number, side: number): void => {
    if (i < 0 || i >= count) return;
    mixed[0][i] = (mixed[0][i] ?? 0) + value * Math.sqrt((1 - side) / 2);
    mixed[1][i] = (mixed[1][i] ?? 0) + value * Math.sqrt((1 + side) / 2);
  };
  for (const side of [-0.8, 0.8]) {
    const [low, air] = [lowPass(140), lowPass(900)];
    for (let i = 0; i < count; i++) {
      const white = roll() * 2 - 1;
      add(i, low(white) * 0.35 + air(white) * 0.035, side);
    }
  }
  for (const pass of PASSES) {
    const [tyre, body] = [lowPass(1500), lowPass(260)];
    let turn = 0;
    for (let i = 0; i < count; i++) {
      const d = (i / RATE - pass.at) / pass.width;
      if (Math.abs(d) > 2.5) continue;
      const near = Math.exp(-d * d * 1.4) * pass.loud;
      turn += (pass.pitch * (1 - 0.05 * Math.tanh(d * 3))) / RATE;
      const engine = Math.sin(turn * 2 * Math.PI) + 0.5 * Math.sin(turn * 4 * Math.PI + 1) + 0.25 * Math.sin(turn * 6 * Math.PI + 2);
      const white = roll() * 2 - 1;
      add(i, near * (0.05 * engine + 0.16 * tyre(white) + 0.3 * body(white)), Math.max(-0.9, Math.min(0.9, pass.side + d * 0.3)));
    }
  }
  for (let t = 0.3; t < seconds; t += 0.27 + roll() * 0.1) {
    const [side, loud, filter] = [roll() * 1.2 - 0.4, 0.05 + 0.07 * roll(), lowPass(700 + 600 * roll())];
    for (let i = 0; i < 0.06 * RATE; i++) add(Math.round(t * RATE) + i, filter(roll() * 2 - 1) * loud * Math.exp(-i / (0.011 * RATE)), side);
  }
  for (let t = 0.8; t < seconds; t += 1.1 + roll() * 2.4) {
    const [side, pitch] = [roll() * 1.6 - 0.8, 3300 + roll() * 1500];
    for (let chirp = 0; chirp < 2 + roll() * 3; chirp++) {
      let turn = 0;
      for (let i = 0; i < 0.07 * RATE; i++) {
        const k = i / (0.07 * RATE);
        turn += (pitch * (1 + 0.16 * Math.sin(k * 5))) / RATE;
        add(Math.round((t + chirp * 0.12) * RATE) + i, 0.012 * Math.sin(turn * 2 * Math.PI) * Math.sin(k * Math.PI) ** 2, side);
      }
    }
  }
  const wav = new DataView(new ArrayBuffer(44 + count * 4));
  const text = (at: number, value: string): void => {
    for (let i = 0; i < value.length; i++) wav.setUint8(at + i, value.charCodeAt(i));
  };
  text(0, 'RIFF');
  wav.setUint32(4, 36 + count * 4, true);
  text(8, 'WAVEfmt ');
  wav.setUint32(16, 16, true);
  wav.setUint16(20, 1, true);
  wav.setUint16(22, 2, true);
  wav.setUint32(24, RATE, true);
  wav.setUint32(28, RATE * 4, true);
  wav.setUint16(32, 4, true);
  wav.setUint16(34, 16, true);
  text(36, 'data');
  wav.setUint32(40, count * 4, true);
  for (let i = 0; i < count; i++) {
    const fade = Math.min(1, i / (0.2 * RATE), (count - i) / (0.3 * RATE));
    for (const k of [0, 1] as const) wav.setInt16(44 + i * 4 + k * 2, Math.tanh((mixed[k][i] ?? 0) * fade * 1.3) * 24_000, true);
  }
  return new Uint8Array(wav.buffer);
};
