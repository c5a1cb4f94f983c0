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
    /// Several columns of text that they are made of, in place of <see cref="InputColumnName"/>: they are read as one text in this order, with <see
    /// cref="TextTokenizer.BoundaryToken"/> between each two, which no text has. Null for <see cref="InputColumnName"/>.
    /// </summary>
    public string[]? InputColumnNames { get; set; }

    /// <summary>
    /// A language model whose states are the features: then nothing is trained, and what the options say of vocabulary, network and training is not used. Its cell must
    /// be the estimator's, and <see cref="NetworkOptions.Bidirectional"/> unset. Null to train one on the data.
    /// </summary>
    [JsonIgnore]
    public RevLanguageModelTransformer? LanguageModel { get; set; }

    /// <summary>
    /// Features that there are already, such as a classifier's <see cref="RevRnnClassificationTransformer.ToFeatures"/>, to be a part of a pipeline under other names of columns:
    /// then nothing is trained, and what the options say of vocabulary, network and training is not used. Its cell must be the estimator's. Not together with <see
    /// cref="LanguageModel"/>. Null for none.
    /// </summary>
    [JsonIgnore]
    public RevRnnFeaturesTransformer? Encoder { get; set; }

    /// <summary>
    /// How the model is made smaller when it has been trained: which of its neurons are kept, and trained further as <see cref="RevRnnOptions.Training"/> says, with a checkpoint beside
    /// that of the training, whose name ends in <c>.smaller</c>. A training that paused or was cancelled gives the whole model. Null to keep all neurons; a trained model can be made
    /// smaller later too, by its <c>Shrink</c>. Features that there are already are not made smaller by it.
    /// </summary>
    public ShrinkOptions? NeuronSelection { get; set; }

    internal override ShrinkOptions? Selection => NeuronSelection;

    internal override IReadOnlyList<string> SequenceColumnNames => InputColumnNames ?? [InputColumnName ?? OutputColumnName];

    internal override string SequenceColumnsOption => nameof(InputColumnNames);

    internal override void Take(RevRnnHyperparameters values)
    {
        base.Take(values);
        Network = Network with { Bidirectional = values.Bidirectional && LanguageModel == null };
    }

    internal override void CheckGoingOn(RevRnnTransformer previous, CellKind? namedCell)
    {
        Pretrained.CheckGoingOn(nameof(LanguageModel), LanguageModel);
        Pretrained.CheckGoingOn(nameof(Encoder), Encoder);
        if (previous is RevRnnFeaturesTransformer { Encoder.IsOfClassifier: true })
        {
            throw new ArgumentException(
                "The features to go on with are a classifier's, which learns from labels. Go on with the classifier, by Fit of its trainer, and make the features of the result.",
                nameof(previous));
        }
        base.CheckGoingOn(previous, namedCell);
    }

    private protected override void Check()
    {
        CheckName(nameof(OutputColumnName), OutputColumnName);
        InputColumnName ??= OutputColumnName;
        CheckName(nameof(InputColumnName), InputColumnName);
        InputColumnNames = CheckNames(nameof(InputColumnNames), InputColumnNames);
        base.Check();
        Pretrained.Check(nameof(LanguageModel), LanguageModel, Network);
        CheckVectors(nameof(LanguageModel), LanguageModel);
        CheckVectors(nameof(Encoder), Encoder);
        if (Encoder != null && LanguageModel != null)
            throw new ArgumentException($"{nameof(Encoder)} and {nameof(LanguageModel)} are both set; leave either out.", nameof(Encoder));
        if (Encoder != null && Encoder.Network.Cell != Network.Cell)
        {
            throw new ArgumentException(
                $"{nameof(Encoder)} has the cell {Encoder.Network.Cell}; {Network.Cell} was asked for. Use the method of the same name as its cell.", nameof(Encoder));
        }
    }
}
