import type {
  ModelAdded, ModelInfo, ModelQuestion, ProviderId, ProviderStatus,
} from '../../../electron/engine/contract/contract.js';
import type { Slice } from '../slice.js';

/** A model file that does not say all that is needed: what the user must answer. */
export type OpenQuestion = { readonly model: string; readonly name: string; readonly questions: readonly ModelQuestion[] };

export type ModelsSlice = {
  readonly models: readonly ModelInfo[];
  /** The model that the user chose; the first of the list where this one is not there. */
  readonly modelId: string | null;
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
    providerAsked: 'auto',
    providers: [],
    providersBusy: false,
    modelQuestion: null,
    modelAdded: taken,
    loadModels: async () => {
      try {
        const models = await bridge.request('models.list', {});
        const { modelId } = get();
        const known = models.some((model) => model.id === modelId);
        set({ models, modelId: known ? modelId : (models[0]?.id ?? null) });
        // A video that was opened before the models were known still waits for its run.
        if (get().current !== null && get().run === null) void get().restartRun();
        await get().loadProviders();
      } catch (error) {
        get().notifyError(error);
      }
    },
    chooseModel: (id) => {
      if (get().modelId === id) return;
      set({ modelId: id, providers: [] });
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
      const { models, modelId } = get();
      const [other] = models.filter((model) => model.id !== id);
      // Nothing may be running with it when it goes.
      if (modelId === id && other !== undefined) get().chooseModel(other.id);
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
