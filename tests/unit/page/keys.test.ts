import { describe, expect, it, vi } from 'vitest';
import { match, spell, type Press } from '../../../renderer/keys/match.js';
import { showKeys } from '../../../renderer/keys/show.js';
import { shuttle } from '../../../renderer/keys/shuttle.js';
import { keyTable } from '../../../renderer/keys/table.js';

const press = (key: string, change: Partial<Press> = {}): Press => ({
  key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, repeat: false, ...change,
});
const idOf = (...args: Parameters<typeof press>): string | undefined => match(press(...args))?.action.id;

describe('keys', () => {
  it('gives no key two meanings', () => {
    const all = keyTable.flatMap(({ keys }) => keys.flatMap((key) => (key === '1-9' ? Array.from('123456789') : [key])));
    expect(new Set(all).size).toBe(all.length);
    expect(new Set(keyTable.map(({ id }) => id)).size).toBe(keyTable.length);
  });

  it('obeys what is written in the table', () => {
    expect(idOf(' ')).toBe('play');
    expect(idOf('ArrowRight')).toBe('frame-forward');
    expect(idOf('ArrowRight', { shiftKey: true })).toBe('second-forward');
    expect(idOf('L')).toBe('faster');
    expect(idOf('M', { shiftKey: true })).toBe('mute');
    expect(idOf('m')).toBe('model');
    expect(idOf('+', { shiftKey: true })).toBe('zoom-in');
    expect(idOf('?', { shiftKey: true })).toBe('keys');
    expect(idOf('o', { ctrlKey: true })).toBe('open');
    expect(idOf('o', { metaKey: true })).toBe('open');
    expect(match(press('7'))).toMatchObject({ action: { id: 'class' }, digit: 7 });
  });

  it('leaves other combinations to the browser', () => {
    expect(idOf('c', { ctrlKey: true })).toBeUndefined();
    expect(idOf('F', { altKey: true })).toBeUndefined();
    expect(idOf('Tab')).toBeUndefined();
    expect(idOf('ArrowLeft', { ctrlKey: true })).toBeUndefined();
  });

  it('repeats steps while a key is held, and nothing else', () => {
    expect(idOf('ArrowLeft', { repeat: true })).toBe('frame-back');
    expect(idOf(' ', { repeat: true })).toBeUndefined();
    expect(idOf('f', { repeat: true })).toBeUndefined();
  });

  it('shows keys as they are printed', () => {
    expect(spell(press('E', { ctrlKey: true, shiftKey: true }))).toBe('Ctrl+Shift+e');
    expect(showKeys('Shift+ArrowLeft', false)).toBe('Shift+←');
    expect(showKeys('Ctrl+e', true)).toBe('⌘+E');
    expect(showKeys('+', false)).toBe('+');
  });

  it('shuttles with J and L', () => {
    const app = {
      playing: true, speed: 1, setSpeed: vi.fn(), stepSeconds: vi.fn(),
      player: null,
    };
    shuttle(app, 1);
    expect(app.setSpeed).toHaveBeenLastCalledWith(2);
    shuttle({ ...app, speed: 4 }, 1);
    expect(app.setSpeed).toHaveBeenLastCalledWith(4);
    shuttle({ ...app, speed: 0.25 }, -1);
    expect(app.stepSeconds).toHaveBeenLastCalledWith(-1);
  });
});
