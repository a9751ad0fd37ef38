import type {
  ModelAdded, ModelInfo, ModelQuestion, ProviderId, ProviderStatus,
} from '../../../electron/engine/contract/contract.js';
import type { Slice } from '../slice.js';

/** A model file that does not say all that is needed: what the user must answer. */
export type OpenQuestion = { readonly model: string; readonly name: string; readonly questions: readonly ModelQuestion[] };

export type ModelsSlice = {
  readonly models: readonly ModelInfo[];
  /** The model that is used: the one that the user chose, or the one that suits this machine where that is not there. */
  readonly modelId: string | null;
  /** What the user chose; null while that was left to VoVision. */
  readonly modelChosen: string | null;
  /** The one that suits this machine. */
  readonly modelUsual: string | null;
  readonly providerAsked: ProviderId | 'auto';
  readonly providers: readonly ProviderStatus[];
  readonly providersBusy: boolean;
  readonly modelQuestion: OpenQuestion | null;
  readonly loadModels: () => Promise<void>;
  readonly chooseModel: (id: string) => void;
  readonly chooseProvider: (provider: ProviderId | 'auto') => void;
  /** Takes up what came of an .onnx file: the model is chosen, or what is unclear is asked. */
  readonly modelAdded: (added: ModelAdded) => void;
  /** Lets the user choose an .onnx file. */
  readonly addModel: () => Promise<void>;
  readonly answerModel: (answers: Readonly<Record<string, string>>) => Promise<void>;
  readonly dismissModelQuestion: () => void;
  /** Takes a model off the list, and deletes its file where that is VoVision's own. */
  readonly forgetModel: (id: string) => Promise<void>;
  readonly loadProviders: () => Promise<void>;
  /** Tries every provider again and ranks them. */
  readonly tryProviders: () => Promise<void>;
};

export const modelsSlice: Slice<ModelsSlice> = (set, get, bridge) => {
  const taken = (added: ModelAdded): void => {
    if (added.kind === 'unclear') {
      set({ modelQuestion: { model: added.model, name: added.name, questions: added.questions } });
    } else if (added.kind === 'added') {
      const others = get().models.filter((model) => model.id !== added.model.id);
      set({ models: [...others, added.model], modelQuestion: null });
      get().chooseModel(added.model.id);
      if (get().labOverview !== null) void get().loadLab();
    }
  };
  const providers = async (request: 'providers.list' | 'providers.try'): Promise<void> => {
    const model = get().modelId;
    if (model === null) return;
    set({ providersBusy: true });
    try {
      set({ providers: await bridge.request(request, { model }) });
    } catch (error) {
      get().notifyError(error);
    } finally {
      set({ providersBusy: false });
    }
  };
  return {
    models: [],
    modelId: null,
    modelChosen: null,
    modelUsual: null,
    providerAsked: 'auto',
    providers: [],
    providersBusy: false,
    modelQuestion: null,
    modelAdded: taken,
    loadModels: async () => {
      try {
        const [models, modelUsual] = await Promise.all([bridge.request('models.list', {}), bridge.request('models.usual', {})]);
        const { modelChosen } = get();
        const chosen = models.find((model) => model.id === modelChosen)?.id;
        set({ models, modelUsual, modelId: chosen ?? modelUsual ?? models[0]?.id ?? null });
        get().followModel();
        // A video that was opened before the models were known still waits for its run.
        if (get().current !== null && get().run === null) void get().restartRun();
        await get().loadProviders();
      } catch (error) {
        get().notifyError(error);
      }
    },
    chooseModel: (id) => {
      set({ modelChosen: id });
      if (get().modelId === id) return;
      set({ modelId: id, providers: [] });
      get().followModel();
      void get().loadProviders();
      void get().restartRun();
    },
    chooseProvider: (provider) => {
      if (get().providerAsked === provider) return;
      set({ providerAsked: provider });
      void get().restartRun();
    },
    addModel: async () => {
      try {
        taken(await bridge.request('models.choose', {}));
      } catch (error) {
        get().notifyError(error);
      }
    },
    answerModel: async (answers) => {
      const question = get().modelQuestion;
      if (question === null) return;
      try {
        taken(await bridge.request('models.answer', { model: question.model, answers: { ...answers } }));
      } catch (error) {
        get().notifyError(error);
      }
    },
    forgetModel: async (id) => {
      const { models, modelId, modelUsual } = get();
      const others = models.filter((model) => model.id !== id);
      const next = others.find((model) => model.id === modelUsual) ?? others[0];
      // Nothing may be running with it when it goes.
      if (modelId === id && next !== undefined) {
        get().chooseModel(next.id);
        set({ modelChosen: null });
      }
      try {
        await bridge.request('models.forget', { model: id });
        set({ models: get().models.filter((model) => model.id !== id) });
        if (get().labOverview !== null) void get().loadLab();
      } catch (error) {
        get().notifyError(error);
        await get().loadModels();
      }
    },
    dismissModelQuestion: () => set({ modelQuestion: null }),
    loadProviders: () => providers('providers.list'),
    tryProviders: () => providers('providers.try'),
  };
};
