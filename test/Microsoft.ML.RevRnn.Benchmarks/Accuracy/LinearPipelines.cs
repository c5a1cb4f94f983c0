using Microsoft.ML.Trainers;
using Microsoft.ML.Transforms.Text;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>ML.NET's own: FeaturizeText, or its words one and two at a time, and three linear trainers.</summary>
internal static class LinearPipelines
{
    public static IEnumerable<(string Name, IEstimator<ITransformer> Pipeline)> All(MLContext context)
    {
        var words = new TextFeaturizingEstimator.Options
        {
            CharFeatureExtractor = null,
            WordFeatureExtractor = new WordBagEstimator.Options
            {
                NgramLength = 2,
                UseAllLengths = true,
                Weighting = NgramExtractingEstimator.WeightingCriteria.TfIdf,
            },
        };
        var trainers = context.MulticlassClassification.Trainers;
        foreach (var (features, featurize) in new (string, IEstimator<ITransformer>)[]
        {
            ("text", context.Transforms.Text.FeaturizeText("Features", "Text")),
            ("words", context.Transforms.Text.FeaturizeText("Features", words, "Text")),
        })
        {
            var start = context.Transforms.Conversion.MapValueToKey("Label").Append(featurize);
            yield return ($"{features}+sdca", start.Append(trainers.SdcaMaximumEntropy()));
            yield return ($"{features}+lbfgs", start.Append(trainers.LbfgsMaximumEntropy()));
            yield return ($"{features}+lbfgs 0.01", start.Append(trainers.LbfgsMaximumEntropy(
                new LbfgsMaximumEntropyMulticlassTrainer.Options { L1Regularization = 0.01f, L2Regularization = 0.01f, MaximumNumberOfIterations = 200 })));
        }
    }
}
