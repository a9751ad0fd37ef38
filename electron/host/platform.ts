/** What the two hosts do differently: everything that asks the user or shows something outside the page. */
export type HostPlatform = {
  readonly kind: 'desktop' | 'browser';
  /** Paths of the videos the user chose; none where they thought better of it. */
  chooseVideos(): Promise<readonly string[]>;
  chooseModel(): Promise<string | null>;
  /** Where to write a clip; null where the user thought better of it. `beside` is the source's path. */
  chooseOutput(suggestion: { readonly name: string; readonly beside: string }): Promise<string | null>;
  /** Shows a finished clip. */
  reveal(path: string): Promise<void>;
};
