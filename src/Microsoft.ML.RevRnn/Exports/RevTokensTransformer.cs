using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.RevRnn;
using Microsoft.ML.RevRnn.Binding;
using Microsoft.ML.RevRnn.Exports;
using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.RevRnn.Persistence;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(RevTokensTransformer), null, typeof(SignatureLoadModel),
    "RevRNN tokens", RevTokensTransformer.LoaderSignature)]

namespace Microsoft.ML.RevRnn;

/// <summary>
/// Adds the tokens of a text, a vector of Int64; of a text without any the one that stands for none. Where the model reads n-grams, their columns too: <c>nGramPlaces</c>, a vector of Int64, and
/// <c>nGramValues</c>, one of Single. Made by <see cref="RevTokensEstimator"/>.
/// </summary>
public sealed class RevTokensTransformer : ITransformer
{
    internal const string LoaderSignature = "RevRnnTokens";

    private static readonly VersionInfo _version = Payload.Version("REVRNNTK", LoaderSignature);

    private readonly IHost _host;
    private readonly TokensColumns _columns;
    private readonly ReadColumns _input;
    private readonly TextTokenization _tokenization;
    private readonly NGramOptions? _nGrams;

    internal RevTokensTransformer(IHost host, TokensColumns columns, TextTokenizer tokenizer, NGramOptions? nGrams)
    {
        _host = host;
        _columns = columns;
        _input = ReadColumns.Of(columns.Input);
        _tokenization = new TextTokenization(tokenizer);
        _nGrams = nGrams;
    }

    /// <summary>The column of tokens.</summary>
    public string OutputColumnName => _columns.Output;

    /// <summary>The columns that are read as one text, in this order.</summary>
    public IReadOnlyList<string> InputColumnNames => _columns.Input;

    bool ITransformer.IsRowToRowMapper => true;

    /// <summary>The columns of the input, and those that are added.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column to read is missing or holds no text.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Bind(inputSchema).OutputSchema;

    /// <summary>A view of the data with the columns added. Nothing is computed yet.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column to read is missing or holds no text.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new BoundDataView(_host, input, Bind(input.Schema), _ => PipelineGraph.RequireKeys(
            _host, nameof(RevTokensTransformer), _columns.Input[0], isOfKeys: false, readsNGrams: false));
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => Bind(inputSchema);

    /// <summary>Writes: the name of the column of tokens; int32 count of those that are read, and their names; text of the n-grams that are read, empty for none; the tokenizer.</summary>
    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        ArgumentNullException.ThrowIfNull(ctx);
        Payload.Save(ctx, _version, isOfOneColumn: false, writer =>
        {
            writer.Write(_columns.Output);
            writer.Write(_columns.Input.Count);
            foreach (var name in _columns.Input)
                writer.Write(name);
            writer.Write(_nGrams == null ? "" : _nGrams.ToText());
            _tokenization.Save(writer);
        });
    }

    /// <summary>Called by ML.NET when it loads a model.</summary>
    private static RevTokensTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        var host = env.Register(LoaderSignature);
        return Payload.Load(host, ctx, _version, (reader, _) =>
        {
            var output = ColumnName.Read(reader);
            var count = reader.ReadInt32();
            if (count is < 1 or > 10_000)
                throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"The model claims to read {count} columns."));
            var input = new List<string>();
            for (var i = 0; i < count; i++)
                input.Add(ColumnName.Read(reader));
            var nGrams = reader.ReadString();
            var tokenizer = Tokenization.Load(reader).Tokenizer ?? throw new FormatException("The model has no tokenizer.");
            return new RevTokensTransformer(host, new TokensColumns(output, input), tokenizer, nGrams.Length == 0 ? null : NGramOptions.Parse(nGrams));
        });
    }

    private BoundMapper Bind(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        var sources = InputSchema.Find(_host, inputSchema, _input, _tokenization);
        return new BoundMapper(inputSchema, sources.All, _columns.Added(_nGrams != null), row => CreateGetters(row, sources.Sequence));
    }

    private Delegate[] CreateGetters(DataViewRow row, IReadOnlyList<DataViewSchema.Column> columns)
    {
        var (readTokens, readNGrams, _) = RowNGrams.CreateReaders(row, columns, _tokenization, _nGrams);
        var result = new RowResult<(long[] Tokens, long[] Places, float[] Values)>(row, () =>
        {
            var tokens = readTokens();
            long[] numbers = tokens.Length == 0 ? [TextTokenizer.BoundaryToken] : Array.ConvertAll(tokens, token => (long)token);
            var (places, values) = Places(readNGrams());
            return (numbers, places, values);
        });
        var tokenGetter = Getter(result, value => value.Tokens);
        return _nGrams == null ? [tokenGetter] : [tokenGetter, Getter(result, value => value.Places), Getter(result, value => value.Values)];
    }

    /// <summary>N-grams as the exported model takes them; of none the one that pads.</summary>
    private (long[] Places, float[] Values) Places(NGramVector? nGrams) => nGrams is { Count: > 0 } ? nGrams.Places(_nGrams!.HashBits!.Value) : ([-1], [0]);

    private static ValueGetter<VBuffer<T>> Getter<TAll, T>(RowResult<TAll> result, Func<TAll, T[]> choose) => (ref VBuffer<T> destination) =>
    {
        var values = choose(result.Value);
        var editor = VBufferEditor.Create(ref destination, values.Length);
        values.CopyTo(editor.Values);
        destination = editor.Commit();
    };
}
