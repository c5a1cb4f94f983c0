using System.Text.Json.Serialization;
using Microsoft.ML.RevRnn.LanguageModels;

namespace Microsoft.ML.RevRnn;

/// <summary>Options of the feature estimators, <c>Transforms.RevLstm</c> and <c>RevGru</c>.</summary>
public sealed class RevRnnFeaturesOptions : RevRnnOptions
{
    /// <summary>The column that will hold the features.</summary>
    public string OutputColumnName { get; set; } = "Features";

    /// <summary>The column they are made of: text, or a vector of keys with one key a token. Null for the output column's name.</summary>
    public string? InputColumnName { get; set; } = "Text";

    /// <summary>
    /// A language model whose states are the features: then nothing is trained, and what the options say of vocabulary, network and training is not used. Its cell must
    /// be the estimator's, and <see cref="NetworkOptions.Bidirectional"/> unset. Null to train one on the data.
    /// </summary>
    [JsonIgnore]
    public RevLanguageModelTransformer? LanguageModel { get; set; }

    internal override void Take(RevRnnHyperparameters values)
    {
        base.Take(values);
        Network = Network with { Bidirectional = values.Bidirectional && LanguageModel == null };
    }

    internal override void CheckGoingOn(RevRnnTransformer previous, CellKind? namedCell)
    {
        Pretrained.CheckGoingOn(nameof(LanguageModel), LanguageModel);
        base.CheckGoingOn(previous, namedCell);
    }

    private protected override void Check()
    {
        CheckName(nameof(OutputColumnName), OutputColumnName);
        InputColumnName ??= OutputColumnName;
        CheckName(nameof(InputColumnName), InputColumnName);
        base.Check();
        Pretrained.Check(nameof(LanguageModel), LanguageModel, Network);
    }
}
