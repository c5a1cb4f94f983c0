using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.RevRnn;
using Microsoft.ML.RevRnn.Binding;
using Microsoft.ML.RevRnn.Features;
using Microsoft.ML.RevRnn.Persistence;
using Microsoft.ML.RevRnn.Reservoirs;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(EchoStateTransformer), null, typeof(SignatureLoadModel),
    "Echo state features", EchoStateTransformer.LoaderSignature)]

namespace Microsoft.ML.RevRnn;

/// <summary>Adds the mean states of an echo state network over a text. Made by <see cref="EchoStateEstimator"/>. Immutable and safe for use from many threads.</summary>
public sealed class EchoStateTransformer : ITransformer
{
    internal const string LoaderSignature = "RevRnnEchoState";

    private static readonly VersionInfo _version = Payload.Version("REVRNNES", LoaderSignature);

    private readonly IHost _host;

    internal EchoStateTransformer(IHost host, string outputColumnName, string inputColumnName, EchoStateEncoder encoder)
    {
        _host = host;
        OutputColumnName = outputColumnName;
        InputColumnName = inputColumnName;
        Encoder = encoder;
    }

    /// <summary>The column that is added: a vector of Single, whose slots have the names of <see cref="EchoStateEncoder.FeatureNames"/>.</summary>
    public string OutputColumnName { get; }

    /// <summary>The column of text that is read.</summary>
    public string InputColumnName { get; }

    /// <summary>What makes features of a text.</summary>
    public EchoStateEncoder Encoder { get; }

    bool ITransformer.IsRowToRowMapper => true;

    /// <summary>The columns of the input, and the features.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or not of text.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Bind(inputSchema).OutputSchema;

    /// <summary>A view of the data with the features added. Nothing is computed yet.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or not of text.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new BoundDataView(
            _host, input, Bind(input.Schema), _ => throw _host.Process(new NotSupportedException($"{nameof(EchoStateTransformer)} reads text, which the operators of ONNX cannot cut into tokens; write its features as columns.")));
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => Bind(inputSchema);

    /// <summary>Writes the names of output and input column; the encoder, whose weights are drawn again.</summary>
    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        ArgumentNullException.ThrowIfNull(ctx);
        Payload.Save(ctx, _version, isOfOneColumn: true, writer =>
        {
            writer.Write(OutputColumnName);
            writer.Write(InputColumnName);
            Encoder.Save(writer);
        });
    }

    /// <summary>Called by ML.NET when it loads a model.</summary>
    private static EchoStateTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        var host = env.Register(LoaderSignature);
        return Payload.Load(host, ctx, _version, (reader, _) =>
        {
            var (output, input) = (ColumnName.Read(reader), ColumnName.Read(reader));
            return new EchoStateTransformer(host, output, input, EchoStateEncoder.Load(reader));
        });
    }

    private BoundMapper Bind(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        var text = EchoStateSchema.Find(_host, inputSchema, InputColumnName);
        return new BoundMapper(inputSchema, [text], [FeaturesSchema.Column(OutputColumnName, Encoder.FeatureNames)], row => [Getter(row, text)]);
    }

    private ValueGetter<VBuffer<float>> Getter(DataViewRow row, DataViewSchema.Column text)
    {
        var getText = row.GetGetter<ReadOnlyMemory<char>>(text);
        var value = default(ReadOnlyMemory<char>);
        var features = new float[Encoder.FeatureCount];
        return new RowResult<float[]>(row, () =>
        {
            getText(ref value);
            Encoder.Encode(value.Span, features);
            return features;
        }).Getter();
    }
}
