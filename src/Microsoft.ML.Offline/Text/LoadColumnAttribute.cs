namespace Microsoft.ML.Data;

/// <summary>Which fields of a line a member is read from.</summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public sealed class LoadColumnAttribute : Attribute
{
    /// <summary>One field.</summary>
    public LoadColumnAttribute(int fieldIndex) => Sources = [new(fieldIndex)];

    /// <summary>The fields from one to another.</summary>
    public LoadColumnAttribute(int start, int end) => Sources = [new(start, end)];

    /// <summary>Several fields.</summary>
    public LoadColumnAttribute(int[] columnIndexes) => Sources = Array.ConvertAll(columnIndexes, index => new TextLoader.Range(index));

    internal TextLoader.Range[] Sources { get; }
}
