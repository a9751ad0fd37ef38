export declare const findElectron: (options: { readonly fetch: boolean; readonly oldest?: number }) => Promise<{ readonly path: string | null; readonly why: string }>;
