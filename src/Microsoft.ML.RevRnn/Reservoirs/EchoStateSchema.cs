using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Reservoirs;

/// <summary>The column that is read.</summary>
internal static class EchoStateSchema
{
    /// <summary>The column of text.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is missing or not of text.</exception>
    public static DataViewSchema.Column Find(IExceptionContext context, DataViewSchema schema, string name)
        => schema.GetColumnOrNull(name) is { Type: TextDataViewType } column ? column : throw NoText(context, name);

    public static ArgumentOutOfRangeException NoText(IExceptionContext context, string name) => context.Process(
        new ArgumentOutOfRangeException("inputSchema", $"The data has no column '{name}' of text, which the echo states are to be made of."));
}
