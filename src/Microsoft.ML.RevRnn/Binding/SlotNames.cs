using Microsoft.ML.Data;

namespace Microsoft.ML.RevRnn.Binding;

/// <summary>The names of a vector column's slots.</summary>
internal static class SlotNames
{
    /// <summary>Adds them to the column's annotations.</summary>
    public static void AddSlotNames(this DataViewSchema.Annotations.Builder annotations, IEnumerable<string> names)
    {
        ReadOnlyMemory<char>[] values = [.. names.Select(name => name.AsMemory())];
        var buffer = new VBuffer<ReadOnlyMemory<char>>(values.Length, values);
        annotations.Add(
            AnnotationUtils.Kinds.SlotNames,
            new VectorDataViewType(TextDataViewType.Instance, values.Length),
            (ref VBuffer<ReadOnlyMemory<char>> destination) => buffer.CopyTo(ref destination));
    }
}
