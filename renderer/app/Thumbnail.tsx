import { useEffect, useRef, useState } from 'react';
import { Film } from 'lucide-react';
import { seconds, type Token } from '../../electron/engine/contract/contract.js';
import { bridge } from '../bridge.js';
import styles from './Thumbnail.module.css';

/** A still of a video; a film strip where there is none (yet). `width` in CSS pixels. */
export const Thumbnail = ({ video, width, time }: { readonly video: Token; readonly width: number; readonly time: number }) => {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [there, setThere] = useState(false);
  useEffect(() => {
    let wanted = true;
    setThere(false);
    const show = async (): Promise<void> => {
      const size = Math.round(width * Math.min(2, Math.max(1, devicePixelRatio)));
      const bytes = await bridge.request('video.thumbnail', { video, time: seconds(time), width: size });
      const picture = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: 'image/jpeg' }));
      const context = canvas.current?.getContext('2d');
      if (wanted && context) {
        context.canvas.width = picture.width;
        context.canvas.height = picture.height;
        context.drawImage(picture, 0, 0);
        setThere(true);
      }
      picture.close();
    };
    // A video that is gone has no picture; the film strip stays.
    show().catch(() => undefined);
    return () => {
      wanted = false;
    };
  }, [video, width, time]);
  return (
    <span className={styles.thumbnail} aria-hidden>
      {!there && <Film size={Math.min(20, width / 3)} strokeWidth={1.5} />}
      <canvas ref={canvas} className={styles.picture} data-there={there} />
    </span>
  );
};
