/** Path of an installed Chromium or Chrome (`VOVISION_CHROMIUM` first), or null. */
export declare const findChromium: () => string | null;
