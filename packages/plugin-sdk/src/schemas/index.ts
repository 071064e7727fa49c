export { ANSWER_OF_METHOD, ElicitedAnswer, RootsAnswer, SampledAnswer } from './answer.ts';
export {
  Annotations,
  CatalogueAction,
  CataloguePrompt,
  CatalogueResource,
  PublicName,
  ToolPolicy,
} from './catalogue.ts';
export { ContentBlock, PromptMessages, ResourceContents } from './content.ts';
export { InputKey, InputMethod, InputRequest } from './input.ts';
export { CachePolicy, OnCrash, RetryPolicy } from './policy.ts';
export { reduceSchema } from './reduce-schema.ts';
export { SecretHost, SecretName } from './secret.ts';
export { Slug } from './slug.ts';
export { matchUri } from '../uri-template.ts';
