using System.Diagnostics.CodeAnalysis;
using Microsoft.ML.Data;
using Microsoft.ML.Offline;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>A function from one example to its prediction. It is for one thread at a time.</summary>
public abstract class PredictionEngineBase<TSrc, TDst> : IDisposable
    where TSrc : class
    where TDst : class, new()
{
    private readonly TypedRow<TSrc> _input;
    private readonly DataViewRow _output;
    private readonly Action<TDst> _fill;
    private readonly bool _ownsTransformer;
    private bool _disposed;

    private protected PredictionEngineBase(
        IHostEnvironment env,
        ITransformer transformer,
        bool ignoreMissingColumns,
        SchemaDefinition? inputSchemaDefinition,
        SchemaDefinition? outputSchemaDefinition,
        bool ownsTransformer)
    {
        Contracts.CheckValue(env, nameof(env));
        env.CheckValue(transformer, nameof(transformer));
        env.CheckParam(transformer.IsRowToRowMapper, nameof(transformer), "The transformer does not map single rows.");
        Transformer = transformer;
        _ownsTransformer = ownsTransformer;

        var columns = TypedColumn.Resolve(typeof(TSrc), inputSchemaDefinition, SchemaDefinition.Direction.Read);
        _input = new TypedRow<TSrc>(TypedColumn.MakeSchema(columns), columns, _ => true);
        var mapper = transformer.GetRowToRowMapper(_input.Schema);
        var reader = new TypedRowReader<TDst>(env, mapper.OutputSchema, ignoreMissingColumns, outputSchemaDefinition);
        _output = mapper.GetRow(_input, mapper.OutputSchema);
        _fill = reader.Bind(_output);
        OutputSchema = transformer.GetOutputSchema(_input.Schema);
    }

    /// <summary>The columns of the transformer's output.</summary>
    public DataViewSchema OutputSchema { get; }

    private protected ITransformer Transformer { get; }

    /// <summary>The prediction for an example.</summary>
    public TDst Predict(TSrc example)
    {
        var prediction = new TDst();
        Predict(example, ref prediction);
        return prediction;
    }

    /// <summary>Puts the prediction for an example into an object that is there already; null makes one.</summary>
    public abstract void Predict(TSrc example, [AllowNull] ref TDst prediction);

    private protected void ExtractValues(TSrc example) => _input.SetCurrent(example, _input.Position + 1);

    private protected void FillValues(TDst prediction) => _fill(prediction);

    /// <summary>Releases the rows, and the transformer where the engine owns it.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _output.Dispose();
        if (_ownsTransformer)
            (Transformer as IDisposable)?.Dispose();
        GC.SuppressFinalize(this);
    }
}
