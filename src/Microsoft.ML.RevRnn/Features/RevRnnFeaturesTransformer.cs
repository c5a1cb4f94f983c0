using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.RevRnn;
using Microsoft.ML.RevRnn.Binding;
using Microsoft.ML.RevRnn.Persistence;
using Microsoft.ML.RevRnn.Tokens;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(RevRnnFeaturesTransformer), null, typeof(SignatureLoadModel),
    "RevRNN features", RevRnnFeaturesTransformer.LoaderSignature)]

namespace Microsoft.ML.RevRnn;

/// <summary>Adds a vector of features of a text's or token sequence's content and order. Made by <see cref="RevRnnFeaturesEstimator"/>.</summary>
public sealed class RevRnnFeaturesTransformer : RevRnnTransformer
{
    internal const string LoaderSignature = "RevRnnFeatures";

    private readonly SequenceEncoder _encoder;

    internal RevRnnFeaturesTransformer(
        IHost host, string outputColumnName, string inputColumnName, Tokenization tokenization, SequenceEncoder encoder, TrainingReport? report)
        : base(host, inputColumnName, tokenization, report)
    {
        OutputColumnName = outputColumnName;
        _encoder = encoder;
    }

    /// <summary>The column that is added: a vector of as many Single as there are hidden units.</summary>
    public string OutputColumnName { get; }

    /// <inheritdoc/>
    public override NetworkOptions Network => _encoder.Network;

    private protected override VersionInfo Version => SavedVersion;

    private static VersionInfo SavedVersion => new(
        modelSignature: "REVRNNFT",
        verWrittenCur: 0x00010001,
        verReadableCur: 0x00010001,
        verWeCanReadBack: 0x00010001,
        loaderAssemblyName: typeof(RevRnnFeaturesTransformer).Assembly.GetName().Name!,
        loaderSignature: LoaderSignature);

    private protected override IEnumerable<DataViewSchema.DetachedColumn> AddedColumns(DataViewSchema inputSchema)
        => [new(OutputColumnName, new VectorDataViewType(NumberDataViewType.Single, _encoder.FeatureCount))];

    private protected override Delegate[] CreateGetters(DataViewRow row, Func<int[]> tokens)
        => [new RowResult(row, _encoder.FeatureCount, features => _encoder.Encode(tokens(), features)).Getter];

    /// <summary>Writes: the names of output and input column; the tokenization; the encoder.</summary>
    private protected override void Save(BinaryWriter writer)
    {
        writer.Write(OutputColumnName);
        writer.Write(InputColumnName);
        Tokenization.Save(writer);
        _encoder.Save(writer);
    }

    /// <summary>Called by ML.NET when it loads a model.</summary>
    private static RevRnnFeaturesTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        var host = env.Register(LoaderSignature);
        return Payload.Load(host, ctx, SavedVersion, reader =>
        {
            var outputColumnName = ColumnName.Read(reader);
            var inputColumnName = ColumnName.Read(reader);
            var tokenization = Tokenization.Load(reader);
            var encoder = SequenceEncoder.Load(reader);
            tokenization.RequireVocabulary(encoder.VocabularySize);
            return new RevRnnFeaturesTransformer(host, outputColumnName, inputColumnName, tokenization, encoder, report: null);
        });
    }
}
