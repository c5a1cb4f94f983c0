using Microsoft.ML.RevRnn;

namespace Serving;

/// <summary>The models, of which there is one each for all requests: both are immutable and safe for use from many threads.</summary>
/// <param name="Classifier">Tells the class of a text.</param>
/// <param name="LanguageModel">Goes on with a text.</param>
internal sealed record ServedModels(RevRnnClassificationTransformer Classifier, RevLanguageModelTransformer LanguageModel);
