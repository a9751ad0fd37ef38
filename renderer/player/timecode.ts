const two = (value: number): string => String(value).padStart(2, '0');

/** Seconds as hours, minutes, seconds and milliseconds: 67.433 -> '00:01:07.433'. Never rounds up into the next frame. */
export const timecode = (time: number): string => {
  // Times such as 1.001 are stored as 1.00099…; the half microsecond keeps them from losing a millisecond.
  const ms = Math.max(0, Math.floor(time * 1000 + 0.0005));
  const whole = Math.floor(ms / 1000);
  return `${two(Math.floor(whole / 3600))}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}.${String(ms % 1000).padStart(3, '0')}`;
};

/** The same without what is zero in front: '1:07.4'. `digits` after the point, 0..3. */
export const shortTime = (time: number, digits = 0): string => {
  const unit = 10 ** digits;
  const rounded = Math.round(Math.max(0, time) * unit) / unit;
  const hours = Math.floor(rounded / 3600);
  const minutes = Math.floor(rounded / 60) % 60;
  const rest = (rounded % 60).toFixed(digits).padStart(digits > 0 ? digits + 3 : 2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
};
