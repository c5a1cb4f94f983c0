using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>A column to make and the column that it is made of.</summary>
public sealed class InputOutputColumnPair
{
    /// <summary>The output column, and the input column where it has another name.</summary>
    public InputOutputColumnPair(string outputColumnName, string? inputColumnName = null)
    {
        OutputColumnName = Contracts.CheckNonEmpty(outputColumnName, nameof(outputColumnName));
        InputColumnName = inputColumnName ?? outputColumnName;
    }

    /// <summary>The column that is read.</summary>
    public string InputColumnName { get; }

    /// <summary>The column that is made.</summary>
    public string OutputColumnName { get; }
}
