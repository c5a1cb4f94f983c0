using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.RevRnn;
using Microsoft.ML.RevRnn.Binding;
using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.RevRnn.Persistence;
using Microsoft.ML.RevRnn.Trainers;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(RevRnnContributionsTransformer), null, typeof(SignatureLoadModel),
    "RevRNN contributions", RevRnnContributionsTransformer.LoaderSignature)]

namespace Microsoft.ML.RevRnn;

/// <summary>
/// Adds what each token of a text adds to the score of the class that a classifier predicts, or takes from it: two vectors of as many values as the text has tokens, gradient times
/// input and what the n-grams of its word add, Single, and the texts of the tokens. Made by the <c>ToContributions</c> of classifiers.
/// </summary>
public sealed class RevRnnContributionsTransformer : RevRnnTransformer
{
    internal const string LoaderSignature = "RevRnnContributions";

    private static readonly VersionInfo _version = Payload.Version("REVRNNCO", LoaderSignature);

    private readonly ContributionsColumns _columns;
    private readonly SequenceClassifier? _ofClasses;
    private readonly MultiLabelClassifier? _ofLabels;
    private readonly ClassExplainer _explainer;

    private RevRnnContributionsTransformer(
        IHost host, ContributionsColumns columns, Tokenization tokenization, SequenceClassifier? ofClasses, MultiLabelClassifier? ofLabels)
        : base(host, columns.Input, tokenization, report: null)
    {
        _columns = columns;
        _ofClasses = ofClasses;
        _ofLabels = ofLabels;
        _explainer = ofClasses != null ? new ClassExplainer(ofClasses) : new ClassExplainer(ofLabels!);
    }

    internal RevRnnContributionsTransformer(IHost host, ContributionsColumns columns, Tokenization tokenization, SequenceClassifier classifier)
        : this(host, columns, tokenization, classifier, null)
    {
    }

    internal RevRnnContributionsTransformer(IHost host, ContributionsColumns columns, Tokenization tokenization, MultiLabelClassifier classifier)
        : this(host, columns, tokenization, null, classifier)
    {
    }

    /// <summary>The column that is added with what each token contributes: a vector of Single, of as many values as the text has tokens.</summary>
    public string ContributionsColumnName => _columns.Contributions;

    /// <summary>The column that is added with the texts of the tokens: a vector of text, as long as the other. Of a model of key vectors, the keys as numbers.</summary>
    public string TokensColumnName => _columns.Tokens;

    /// <inheritdoc/>
    public override WeightPrecision WeightPrecision => _ofClasses?.WeightPrecision ?? _ofLabels!.WeightPrecision;

    /// <inheritdoc/>
    public override NetworkOptions Network => _ofClasses?.Network ?? _ofLabels!.Network;

    /// <inheritdoc/>
    public override RevRnnContributionsTransformer WithWeights(WeightPrecision precision)
        => precision == WeightPrecision ? this : new(Host, _columns, Tokenization, _ofClasses?.WithWeights(precision), _ofLabels?.WithWeights(precision));

    private protected override VersionInfo Version => _version;

    private protected override NGramOptions? ReadNGrams => _ofClasses != null ? _ofClasses.NGrams : _ofLabels!.NGrams;

    private protected override IEnumerable<DataViewSchema.DetachedColumn> AddedColumns(DataViewSchema inputSchema) =>
    [
        new(_columns.Contributions, new VectorDataViewType(NumberDataViewType.Single), null),
        new(_columns.Tokens, new VectorDataViewType(TextDataViewType.Instance), null),
    ];

    private protected override Delegate[] CreateGetters(DataViewRow row, RowInput input)
    {
        // Tokens are asked for first: n-grams are those of the tokens that were given last.
        var tokens = new RowResult<int[]>(row, input.Tokens);
        var contributions = new RowResult<float[]>(row, () => Contributions(input.Tokens(), input));
        var texts = new RowResult<ReadOnlyMemory<char>[]>(row, () => Array.ConvertAll(Texts(tokens.Value), text => text.AsMemory()));
        return [contributions.Getter(), texts.Getter()];
    }

    /// <summary>Of the network to first order, and of n-grams.</summary>
    private float[] Contributions(int[] tokens, RowInput input)
    {
        if (input.PlacedNGrams() is not { } nGrams)
            return [.. _explainer.Explain(tokens, outcome: null, input.Features()).Contributions];
        var explanation = _explainer.Explain(tokens, nGrams, outcome: null, input.Features());
        return [.. explanation.Contributions.Zip(explanation.NGramContributions!, (network, nGram) => network + nGram)];
    }

    /// <summary>Writes the names of the columns.</summary>
    private protected override void SaveColumns(BinaryWriter writer) => _columns.Save(writer);

    /// <summary>Writes: bool whether it is of classes, not of labels; the classifier.</summary>
    private protected override void SaveModel(BinaryWriter writer)
    {
        writer.Write(_ofClasses != null);
        if (_ofClasses != null)
            _ofClasses.Save(writer);
        else
            _ofLabels!.Save(writer);
    }

    /// <summary>Called by ML.NET when it loads a model.</summary>
    private static RevRnnContributionsTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
        => Load(env, ctx, _version, ContributionsColumns.Load, (columns, saved) =>
        {
            var ofClasses = saved.Reader.ReadBoolean() ? SequenceClassifier.Load(saved.Reader) : null;
            var ofLabels = ofClasses == null ? MultiLabelClassifier.Load(saved.Reader) : null;
            saved.Tokenization.RequireVocabulary(ofClasses?.VocabularySize ?? ofLabels!.VocabularySize);
            columns.Input.RequireFeatures(ofClasses?.FeatureCount ?? ofLabels!.FeatureCount);
            return new RevRnnContributionsTransformer(saved.Host, columns, saved.Tokenization, ofClasses, ofLabels);
        });

    /// <summary>Key k is token k + 1, and a missing one, 0, is so the unknown token.</summary>
    private string[] Texts(int[] tokens) => Tokenization.Tokenizer is { } tokenizer
        ? TokenTexts.Of(tokenizer, tokens)
        : Array.ConvertAll(tokens, token => (token - 1).ToString(System.Globalization.CultureInfo.InvariantCulture));
}
