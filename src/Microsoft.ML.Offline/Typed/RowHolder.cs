using Microsoft.ML.Runtime;

namespace Microsoft.ML.Offline;

/// <summary>The object that getters read from.</summary>
internal sealed class RowHolder<TRow>
    where TRow : class
{
    public TRow? Current { get; set; }

    /// <summary>The object; there must be one.</summary>
    public TRow Get() => Current ?? throw Contracts.Except("There is no current row.");
}
