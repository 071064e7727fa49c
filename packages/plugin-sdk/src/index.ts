export {
  type Action,
  type ActionContext,
  type ActionLog,
  type ActionSpec,
  defineAction,
  FatalError,
  RetryableError,
  type SecretOptions,
  type SettingsSchema,
} from './action.ts';
export { contractVersion } from './contract-version.ts';
export { PluginError } from './check/plugin-error.ts';
export { definePlugin, type Plugin, type PluginSpec } from './plugin.ts';
export { secret } from './masking/secret-settings.ts';
export { definePrompt, type Prompt, type PromptArgument, type PromptSpec } from './prompt.ts';
export {
  type AnswerReading,
  type Answers,
  elicit,
  InputDeclined,
  listRoots,
  type Question,
  sampleModel,
  type SampleModelParams,
} from './question.ts';
export { defineResource, type Resource, type ResourceSpec } from './resource.ts';
export type { RootsAnswer, SampledAnswer } from './schemas/answer.ts';
export type { Annotations, CataloguePrompt, CatalogueResource, ToolPolicy } from './schemas/catalogue.ts';
export type { ContentBlock, PromptMessages, ResourceContents } from './schemas/content.ts';
export type { InputRequest } from './schemas/input.ts';
export type { OnCrash, RetryPolicy } from './schemas/policy.ts';
